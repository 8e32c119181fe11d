use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::Schema;
use serde::ser::{Impossible, SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::Result;
use crate::field_type::{Field, FieldType};

use super::column::Column;
use super::misfit::Misfit;

/// The columns of a table or of a struct, filled row by row.
pub(super) struct Members {
    columns: Vec<Column>,
    positions: HashMap<String, usize>,
    /// Rows that are complete.
    rows: usize,
    /// Where the next member is looked for first: members mostly come in the order of the columns.
    next: usize,
    /// Columns may be added, and those named must have this type at least.
    growing: Option<HashMap<String, FieldType>>,
}

impl Members {
    /// These columns and no others.
    pub(super) fn declared(fields: &[Field], capacity: usize) -> Self {
        let columns = fields.iter().map(|field| Column::of(field, capacity, false));
        Self::with(columns.collect(), None)
    }

    /// These columns and whatever the rows bring.
    pub(super) fn open(fields: &[Field], at_least: HashMap<String, FieldType>, capacity: usize) -> Self {
        let columns = fields.iter().map(|field| Column::of(field, capacity, true));
        Self::with(columns.collect(), Some(at_least))
    }

    fn with(columns: Vec<Column>, growing: Option<HashMap<String, FieldType>>) -> Self {
        let positions =
            columns.iter().enumerate().map(|(at, column)| (column.name().to_owned(), at)).collect();
        Self { columns, positions, rows: 0, next: 0, growing }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The columns that have a value.
    pub(super) fn found_fields(&self) -> Vec<Field> {
        self.columns.iter().filter_map(Column::found_field).collect()
    }

    /// Puts a member of the row under way into its column.
    pub(super) fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Misfit> {
        let at = match self.columns.get(self.next) {
            Some(column) if column.name() == name => self.next,
            _ => self.position(name)?,
        };
        self.next = at + 1;
        let column = &mut self.columns[at];
        if column.len() > self.rows {
            return Err(Misfit::other("a record has the member twice").at(name));
        }
        column.push(value).map_err(|misfit| misfit.at(name))
    }

    fn position(&mut self, name: &str) -> Result<usize, Misfit> {
        if let Some(&at) = self.positions.get(name) {
            return Ok(at);
        }
        let Some(at_least) = &self.growing else {
            return Err(Misfit::other("the schema declares no such field").at(name));
        };
        let mut column = match at_least.get(name) {
            Some(field_type) => Column::of(&Field::new(name, field_type.clone()), 0, true),
            None => Column::unknown(name),
        };
        for _ in 0..self.rows {
            column.push_hidden_null();
        }
        self.columns.push(column);
        self.positions.insert(name.to_owned(), self.columns.len() - 1);
        Ok(self.columns.len() - 1)
    }

    /// Completes a row: members that did not come are null.
    pub(super) fn end_row(&mut self) -> Result<(), Misfit> {
        for column in &mut self.columns {
            if column.len() == self.rows {
                column.push_null().map_err(|misfit| misfit.at(column.name()))?;
            }
        }
        self.rows += 1;
        self.next = 0;
        Ok(())
    }

    /// A row without values, behind a struct that is null.
    pub(super) fn hidden_row(&mut self) {
        for column in &mut self.columns {
            column.push_hidden_null();
        }
        self.rows += 1;
    }

    /// The arrays of all columns that have a type.
    pub(super) fn finish(&mut self) -> Result<Vec<ArrayRef>> {
        self.columns.iter_mut().filter_map(|column| column.finish().transpose()).collect()
    }

    pub(super) fn finish_batch(mut self, schema: Schema, rows: usize) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::new(schema), self.finish()?, &options)?)
    }
}

/// Packs one row: a struct, or a map whose keys are text.
pub(super) struct RowSerializer<'a>(pub(super) &'a mut Members);

/// Packs the members of a row or of a struct one by one.
pub(super) struct MemberSerializer<'a> {
    members: &'a mut Members,
    key: String,
}

impl<'a> MemberSerializer<'a> {
    pub(super) fn of(members: &'a mut Members) -> Self {
        Self { members, key: String::new() }
    }
}

impl SerializeStruct for MemberSerializer<'_> {
    type Ok = ();
    type Error = Misfit;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        self.members.set(name, value)
    }

    fn end(self) -> Result<(), Misfit> {
        self.members.end_row()
    }
}

impl SerializeMap for MemberSerializer<'_> {
    type Ok = ();
    type Error = Misfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Misfit> {
        self.key.clear();
        key.serialize(KeySerializer(&mut self.key))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        self.members.set(&self.key, value)
    }

    fn end(self) -> Result<(), Misfit> {
        self.members.end_row()
    }
}

/// What is neither a struct nor a map.
fn no_row<T>() -> Result<T, Misfit> {
    Err(Misfit::other("a record must be a struct or a map"))
}

macro_rules! refuse {
    ($refuse:path: $($method:ident($($argument:ty),*);)+) => {
        $(fn $method(self $(, _: $argument)*) -> Result<Self::Ok, Misfit> {
            $refuse()
        })+
    };
}

impl<'a> Serializer for RowSerializer<'a> {
    type Ok = ();
    type Error = Misfit;
    type SerializeSeq = Impossible<(), Misfit>;
    type SerializeTuple = Impossible<(), Misfit>;
    type SerializeTupleStruct = Impossible<(), Misfit>;
    type SerializeTupleVariant = Impossible<(), Misfit>;
    type SerializeMap = MemberSerializer<'a>;
    type SerializeStruct = MemberSerializer<'a>;
    type SerializeStructVariant = Impossible<(), Misfit>;

    refuse! { no_row:
        serialize_bool(bool); serialize_i8(i8); serialize_i16(i16); serialize_i32(i32); serialize_i64(i64);
        serialize_u8(u8); serialize_u16(u16); serialize_u32(u32); serialize_u64(u64); serialize_f32(f32);
        serialize_f64(f64); serialize_char(char); serialize_str(&str); serialize_bytes(&[u8]); serialize_none();
        serialize_unit(); serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Misfit> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        self.0.set(variant, value)?;
        self.0.end_row()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Misfit> {
        no_row()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Misfit> {
        no_row()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Misfit> {
        no_row()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Misfit> {
        no_row()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<MemberSerializer<'a>, Misfit> {
        Ok(MemberSerializer::of(self.0))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<MemberSerializer<'a>, Misfit> {
        Ok(MemberSerializer::of(self.0))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Misfit> {
        no_row()
    }
}

/// Takes the key of a map, which must be text or something that reads as text.
struct KeySerializer<'a>(&'a mut String);

fn no_key<T>() -> Result<T, Misfit> {
    Err(Misfit::other("a member's name must be text"))
}

impl Serializer for KeySerializer<'_> {
    type Ok = ();
    type Error = Misfit;
    type SerializeSeq = Impossible<(), Misfit>;
    type SerializeTuple = Impossible<(), Misfit>;
    type SerializeTupleStruct = Impossible<(), Misfit>;
    type SerializeTupleVariant = Impossible<(), Misfit>;
    type SerializeMap = Impossible<(), Misfit>;
    type SerializeStruct = Impossible<(), Misfit>;
    type SerializeStructVariant = Impossible<(), Misfit>;

    refuse! { no_key:
        serialize_bool(bool); serialize_f32(f32); serialize_f64(f64); serialize_bytes(&[u8]); serialize_none();
        serialize_unit(); serialize_unit_struct(&'static str);
    }

    fn serialize_str(self, text: &str) -> Result<(), Misfit> {
        self.0.push_str(text);
        Ok(())
    }

    fn serialize_char(self, sign: char) -> Result<(), Misfit> {
        self.0.push(sign);
        Ok(())
    }

    fn serialize_i8(self, number: i8) -> Result<(), Misfit> {
        self.serialize_str(&number.to_string())
    }

    fn serialize_i16(self, number: i16) -> Result<(), Misfit> {
        self.serialize_str(&number.to_string())
    }

    fn serialize_i32(self, number: i32) -> Result<(), Misfit> {
        self.serialize_str(&number.to_string())
    }

    fn serialize_i64(self, number: i64) -> Result<(), Misfit> {
        self.serialize_str(&number.to_string())
    }

    fn serialize_u8(self, number: u8) -> Result<(), Misfit> {
        self.serialize_str(&number.to_string())
    }

    fn serialize_u16(self, number: u16) -> Result<(), Misfit> {
        self.serialize_str(&number.to_string())
    }

    fn serialize_u32(self, number: u32) -> Result<(), Misfit> {
        self.serialize_str(&number.to_string())
    }

    fn serialize_u64(self, number: u64) -> Result<(), Misfit> {
        self.serialize_str(&number.to_string())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Misfit> {
        self.serialize_str(variant)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Misfit> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Misfit> {
        no_key()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Misfit> {
        no_key()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Misfit> {
        no_key()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Misfit> {
        no_key()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Misfit> {
        no_key()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Misfit> {
        no_key()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Misfit> {
        no_key()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Misfit> {
        no_key()
    }
}
