use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{Array, ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use serde::Serialize;

use crate::Result;
use crate::field_type::{Field, FieldType};

use super::members::Members;
use super::misfit::Misfit;

/// One column, filled value by value.
pub(super) struct Column {
    pub(super) field: Field,
    pub(super) values: Values,
    /// Values change their type only where that is a matter of writing, not of meaning: what an inferred column does
    /// not take as it is widens it.
    pub(super) inferred: bool,
    len: usize,
}

/// The values of a column so far.
pub(super) enum Values {
    /// Nothing but nulls, so that its type is not known.
    Unknown,
    Text(StringBuilder),
    Json(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Decimal(Decimal128Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    Binary(BinaryBuilder),
    List {
        offsets: Vec<i32>,
        validity: NullBufferBuilder,
        item: Box<Column>,
    },
    Struct {
        validity: NullBufferBuilder,
        members: Members,
    },
}

impl Values {
    fn of(field_type: &FieldType, capacity: usize) -> Self {
        match field_type {
            FieldType::String => Values::Text(StringBuilder::with_capacity(capacity, capacity * 8)),
            FieldType::Json => Values::Json(StringBuilder::with_capacity(capacity, capacity * 16)),
            FieldType::Integer => Values::Integer(Int64Builder::with_capacity(capacity)),
            FieldType::Number => Values::Number(Float64Builder::with_capacity(capacity)),
            FieldType::Decimal { .. } => {
                let builder = Decimal128Builder::with_capacity(capacity);
                Values::Decimal(builder.with_data_type(field_type.to_arrow()))
            }
            FieldType::Boolean => Values::Boolean(BooleanBuilder::with_capacity(capacity)),
            FieldType::Date => Values::Date(Date32Builder::with_capacity(capacity)),
            FieldType::Timestamp { .. } => {
                let builder = TimestampMicrosecondBuilder::with_capacity(capacity);
                Values::Timestamp(builder.with_data_type(field_type.to_arrow()))
            }
            FieldType::Binary => Values::Binary(BinaryBuilder::with_capacity(capacity, capacity * 16)),
            FieldType::List { item } => Values::List {
                offsets: vec![0],
                validity: NullBufferBuilder::new(capacity),
                item: Box::new(Column::of(&Field::new("item", item.as_ref().clone()), capacity, false)),
            },
            FieldType::Struct { fields } => Values::Struct {
                validity: NullBufferBuilder::new(capacity),
                members: Members::declared(fields, capacity),
            },
        }
    }
}

impl Column {
    pub(super) fn of(field: &Field, capacity: usize, inferred: bool) -> Self {
        let values = Values::of(&field.field_type, capacity);
        Self { field: field.clone(), values, inferred, len: 0 }
    }

    /// A column whose type the first value that is not null decides.
    pub(super) fn unknown(name: &str) -> Self {
        let field = Field::new(name, FieldType::Json);
        Self { field, values: Values::Unknown, inferred: true, len: 0 }
    }

    /// Gives an unknown column its type.
    pub(super) fn settle(&mut self, field_type: FieldType) {
        self.values = Values::of(&field_type, self.len);
        self.field.field_type = field_type;
        let nulls = std::mem::take(&mut self.len);
        for _ in 0..nulls {
            self.push_hidden_null();
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.field.name
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The field, once it has a type.
    pub(super) fn found_field(&self) -> Option<Field> {
        (!matches!(self.values, Values::Unknown)).then(|| self.field.clone())
    }

    /// Appends a value.
    pub(super) fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        if let Values::Json(builder) = &mut self.values {
            // The text is needed whatever the value is, and only the value can write it.
            let text = serde_json::to_string(value).map_err(|error| Misfit::other(error.to_string()))?;
            if text == "null" {
                return self.push_null();
            }
            builder.append_value(text);
        } else {
            let before = self.len;
            value.serialize(&mut *self)?;
            if self.len != before {
                // It was null, and counted already.
                return Ok(());
            }
        }
        self.len += 1;
        Ok(())
    }

    /// Appends a null.
    pub(super) fn push_null(&mut self) -> Result<(), Misfit> {
        if self.field.required {
            return Err(Misfit::other("it is required, and null or missing"));
        }
        self.push_hidden_null();
        Ok(())
    }

    /// Appends a null where nobody looks, so that a required field may have it.
    pub(super) fn push_hidden_null(&mut self) {
        self.len += 1;
        match &mut self.values {
            Values::Unknown => {}
            Values::Text(builder) | Values::Json(builder) => builder.append_null(),
            Values::Integer(builder) => builder.append_null(),
            Values::Number(builder) => builder.append_null(),
            Values::Decimal(builder) => builder.append_null(),
            Values::Boolean(builder) => builder.append_null(),
            Values::Date(builder) => builder.append_null(),
            Values::Timestamp(builder) => builder.append_null(),
            Values::Binary(builder) => builder.append_null(),
            Values::List { offsets, validity, item } => {
                offsets.push(item.len as i32);
                validity.append_null();
            }
            Values::Struct { validity, members } => {
                members.hidden_row();
                validity.append_null();
            }
        }
    }

    /// The array, once the column has a type.
    pub(super) fn finish(&mut self) -> Result<Option<ArrayRef>> {
        let array: ArrayRef = match &mut self.values {
            Values::Unknown => return Ok(None),
            Values::Text(builder) | Values::Json(builder) => Arc::new(builder.finish()),
            Values::Integer(builder) => Arc::new(builder.finish()),
            Values::Number(builder) => Arc::new(builder.finish()),
            Values::Decimal(builder) => Arc::new(builder.finish()),
            Values::Boolean(builder) => Arc::new(builder.finish()),
            Values::Date(builder) => Arc::new(builder.finish()),
            Values::Timestamp(builder) => Arc::new(builder.finish()),
            Values::Binary(builder) => Arc::new(builder.finish()),
            Values::List { offsets, validity, item } => {
                let field = Arc::new(item.field.to_arrow());
                let offsets = OffsetBuffer::new(ScalarBuffer::from(std::mem::take(offsets)));
                let items = item.finish()?.expect("the type of items is known");
                Arc::new(ListArray::try_new(field, offsets, items, validity.finish())?)
            }
            Values::Struct { validity, members } => {
                let fields = members.found_fields().iter().map(Field::to_arrow).collect();
                let arrays = members.finish()?;
                let validity = validity.finish();
                let array = StructArray::try_new_with_length(fields, arrays, validity, members.rows())?;
                debug_assert_eq!(array.len(), self.len);
                Arc::new(array)
            }
        };
        Ok(Some(array))
    }
}
