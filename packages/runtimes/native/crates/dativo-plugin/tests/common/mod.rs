//! Arbitrary tables, and what their values are.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, RecordBatch};
use dativo_plugin::{Field, FieldType, TableSchema};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A value, as exact as the column that holds it.
#[derive(Clone, Debug)]
pub enum Datum {
    Null,
    Bool(bool),
    /// An integer, the days of a date, or the microseconds of a timestamp.
    Int(i64),
    Number(f64),
    /// A decimal, by its unscaled value and its scale.
    Decimal(i128, u8),
    Text(String),
    Bytes(Vec<u8>),
    Json(serde_json::Value),
    List(Vec<Datum>),
    Struct(Vec<(String, Datum)>),
}

/// Numbers are the same when their bits are, so that NaN is itself and -0 is not 0.
impl PartialEq for Datum {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Datum::Null, Datum::Null) => true,
            (Datum::Bool(left), Datum::Bool(right)) => left == right,
            (Datum::Int(left), Datum::Int(right)) => left == right,
            (Datum::Number(left), Datum::Number(right)) => {
                left.to_bits() == right.to_bits() || left.is_nan() && right.is_nan()
            }
            (Datum::Decimal(left, a), Datum::Decimal(right, b)) => left == right && a == b,
            (Datum::Text(left), Datum::Text(right)) => left == right,
            (Datum::Bytes(left), Datum::Bytes(right)) => left == right,
            (Datum::Json(left), Datum::Json(right)) => left == right,
            (Datum::List(left), Datum::List(right)) => left == right,
            (Datum::Struct(left), Datum::Struct(right)) => left == right,
            _ => false,
        }
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Datum::Null => serializer.serialize_none(),
            Datum::Bool(value) => serializer.serialize_bool(*value),
            Datum::Int(value) => serializer.serialize_i64(*value),
            Datum::Number(value) => serializer.serialize_f64(*value),
            Datum::Decimal(unscaled, scale) => serializer.serialize_str(&decimal_text(*unscaled, *scale)),
            Datum::Text(text) => serializer.serialize_str(text),
            Datum::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Datum::Json(value) => value.serialize(serializer),
            Datum::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Datum::Struct(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    map.serialize_entry(name, member)?;
                }
                map.end()
            }
        }
    }
}

fn decimal_text(unscaled: i128, scale: u8) -> String {
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if unscaled < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

pub type Row = Datum;

/// A schema and rows of it.
#[derive(Clone, Debug)]
pub struct Table {
    pub schema: TableSchema,
    pub batches: Vec<Vec<Row>>,
}

/// Text with what tends to go wrong in it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        select(vec!["", "\0", "a\0b", "Zürich — 日本", "\u{10ffff}", "\"\\\n", "null", "\u{feff}"])
            .prop_map(String::from),
    ]
}

fn json(depth: u32) -> BoxedStrategy<serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>()
            .prop_filter("JSON has only finite numbers", |number| number.is_finite())
            .prop_map(serde_json::Value::from),
        text().prop_map(serde_json::Value::from),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    prop_oneof![
        leaf,
        vec(json(depth - 1), 0..3).prop_map(serde_json::Value::from),
        vec((text(), json(depth - 1)), 0..3).prop_map(|members| members.into_iter().collect()),
    ]
    .boxed()
}

pub fn field_type(depth: u32) -> BoxedStrategy<FieldType> {
    let leaf = prop_oneof![
        Just(FieldType::String),
        Just(FieldType::Integer),
        Just(FieldType::Number),
        (1u8..=38)
            .prop_flat_map(|precision| (Just(precision), 0..=precision))
            .prop_map(|(precision, scale)| FieldType::Decimal { precision, scale }),
        Just(FieldType::Boolean),
        Just(FieldType::Date),
        any::<bool>().prop_map(|zone| FieldType::Timestamp { zone }),
        Just(FieldType::Binary),
        Just(FieldType::Json),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    prop_oneof![
        4 => leaf,
        1 => field_type(depth - 1).prop_map(|item| FieldType::List { item: Box::new(item) }),
        1 => fields(0..3, depth - 1).prop_map(|fields| FieldType::Struct { fields }),
    ]
    .boxed()
}

/// Fields of different names. A C string cannot hold a NUL character, so no name has one.
fn fields(count: std::ops::Range<usize>, depth: u32) -> impl Strategy<Value = Vec<Field>> {
    let name = prop_oneof![text(), "[a-z]{1,3}"].prop_map(|name| name.replace('\0', ""));
    btree_set(name, count).prop_flat_map(move |names| {
        let fields: Vec<_> = names
            .into_iter()
            .map(|name| {
                (field_type(depth), any::<bool>()).prop_map(move |(field_type, required)| Field {
                    required,
                    ..Field::new(name.clone(), field_type)
                })
            })
            .collect();
        fields
    })
}

fn required_value(field_type: &FieldType) -> BoxedStrategy<Datum> {
    let integer = prop_oneof![any::<i64>(), select(vec![0, -1, i64::MAX, i64::MIN, 1 << 53, (1 << 53) + 1])];
    match field_type {
        FieldType::String => text().prop_map(Datum::Text).boxed(),
        FieldType::Integer | FieldType::Timestamp { .. } => integer.prop_map(Datum::Int).boxed(),
        FieldType::Number => {
            let special =
                select(vec![0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 0.1]);
            prop_oneof![any::<f64>(), special].prop_map(Datum::Number).boxed()
        }
        FieldType::Decimal { precision, scale } => {
            let (scale, largest) = (*scale, 10i128.pow((*precision).into()) - 1);
            prop_oneof![-largest..=largest, select(vec![0, 1, -1, largest, -largest])]
                .prop_map(move |unscaled| Datum::Decimal(unscaled, scale))
                .boxed()
        }
        FieldType::Boolean => any::<bool>().prop_map(Datum::Bool).boxed(),
        FieldType::Date => any::<i32>().prop_map(|days| Datum::Int(days.into())).boxed(),
        FieldType::Binary => vec(any::<u8>(), 0..20).prop_map(Datum::Bytes).boxed(),
        FieldType::Json => json(2).prop_map(Datum::Json).boxed(),
        FieldType::List { item } => {
            let item = Field::new("item", item.as_ref().clone());
            vec(value(&item), 0..4).prop_map(Datum::List).boxed()
        }
        FieldType::Struct { fields } => row(fields),
    }
}

fn value(field: &Field) -> BoxedStrategy<Datum> {
    let value = required_value(&field.field_type);
    if field.required { value } else { prop_oneof![1 => Just(Datum::Null), 4 => value].boxed() }
}

fn row(fields: &[Field]) -> BoxedStrategy<Datum> {
    let members: Vec<_> = fields
        .iter()
        .map(|field| {
            let name = field.name.clone();
            value(field).prop_map(move |value| (name.clone(), value))
        })
        .collect();
    members.prop_map(Datum::Struct).boxed()
}

/// Tables of 0 to 4 columns, in batches of 0 to 5 rows.
pub fn table() -> impl Strategy<Value = Table> {
    fields(0..5, 2).prop_flat_map(|fields| {
        let rows = vec(vec(row(&fields), 0..6), 1..4);
        (Just(TableSchema::new(fields)), rows).prop_map(|(schema, batches)| Table { schema, batches })
    })
}

/// The rows of a batch, read value by value.
pub fn rows_of(schema: &TableSchema, batch: &RecordBatch) -> Vec<Row> {
    assert_eq!(batch.schema().as_ref(), &schema.to_arrow());
    (0..batch.num_rows()).map(|row| members_of(&schema.fields, batch.columns(), row)).collect()
}

fn members_of(fields: &[Field], columns: &[ArrayRef], row: usize) -> Datum {
    let members = fields.iter().zip(columns);
    Datum::Struct(
        members.map(|(field, column)| (field.name.clone(), datum(&field.field_type, column, row))).collect(),
    )
}

fn datum(field_type: &FieldType, column: &ArrayRef, row: usize) -> Datum {
    if column.is_null(row) {
        return Datum::Null;
    }
    match field_type {
        FieldType::String => Datum::Text(column.as_string::<i32>().value(row).into()),
        FieldType::Integer => Datum::Int(column.as_primitive::<Int64Type>().value(row)),
        FieldType::Number => Datum::Number(column.as_primitive::<Float64Type>().value(row)),
        FieldType::Decimal { scale, .. } => {
            Datum::Decimal(column.as_primitive::<Decimal128Type>().value(row), *scale)
        }
        FieldType::Boolean => Datum::Bool(column.as_boolean().value(row)),
        FieldType::Date => Datum::Int(column.as_primitive::<Date32Type>().value(row).into()),
        FieldType::Timestamp { .. } => {
            Datum::Int(column.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        FieldType::Binary => Datum::Bytes(column.as_binary::<i32>().value(row).into()),
        FieldType::Json => Datum::Json(serde_json::from_str(column.as_string::<i32>().value(row)).unwrap()),
        FieldType::List { item } => {
            let items = column.as_list::<i32>().value(row);
            Datum::List((0..items.len()).map(|row| datum(item, &items, row)).collect())
        }
        FieldType::Struct { fields } => members_of(fields, column.as_struct().columns(), row),
    }
}
