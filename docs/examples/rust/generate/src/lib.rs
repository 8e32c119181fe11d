//! A reader that makes records up, for tests and measurements: the same ones each time, as Arrow columns.
#![forbid(unsafe_code)]

use std::sync::Arc;

use dativo_plugin::arrow_array::builder::StringBuilder;
use dativo_plugin::arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray,
};
use dativo_plugin::arrow_schema::SchemaRef;
use dativo_plugin::prelude::*;
use dativo_plugin::{Check, Field, FieldType, TableSchema};

#[derive(Deserialize)]
struct Config {
    connection: Connection,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Connection {
    /// Number of records.
    rows: i64,
    /// Number of records in a batch.
    batch_rows: i64,
}

impl Default for Connection {
    fn default() -> Self {
        Self { rows: 1_000_000, batch_rows: 10_000 }
    }
}

/// Text is made from short lists, so that making it up costs little.
const CITIES: [&str; 8] = ["Zürich", "Oslo", "Lima", "Kyoto", "Accra", "Quito", "Perth", "Boston"];

/// 2026-01-01T00:00:00Z, in microseconds.
const START: i64 = 1_767_225_600_000_000;

struct Generate {
    connection: Connection,
    schema: SchemaRef,
    next: i64,
}

fn schema() -> TableSchema {
    TableSchema::new([
        Field::new("id", FieldType::Integer).required(),
        Field::new("account", FieldType::Integer).required(),
        Field::new("amount", FieldType::Number).required(),
        Field::new("quantity", FieldType::Integer).required(),
        Field::new("active", FieldType::Boolean).required(),
        Field::new("created_at", FieldType::Timestamp { zone: true }).required(),
        Field::new("name", FieldType::String).required(),
        Field::new("city", FieldType::String),
    ])
    .key(["id"])
}

impl Reader for Generate {
    type Config = Config;

    fn spec() -> Spec {
        Spec::new().object(ObjectSpec::new("records").schema(schema()).cursor("id").incremental())
    }

    fn open(config: Config, _ctx: &Context) -> Result<Self> {
        let connection = config.connection;
        if connection.rows < 0 || connection.batch_rows < 1 {
            let message = "source.connection: rows must be at least 0, and batch_rows at least 1.";
            return Err(Error::new(code::CONFIGURATION_ERROR, message));
        }
        Ok(Self { connection, schema: Arc::new(schema().to_arrow()), next: 0 })
    }

    fn check(&mut self, _ctx: &Context) -> Result<Check> {
        Ok(Check::ok("Records can always be made up."))
    }

    fn estimate(&mut self, request: &ExtractRequest, _ctx: &Context) -> Result<Option<u64>> {
        let done = request.state.get("records").and_then(|state| state.as_i64()).unwrap_or(0);
        Ok(Some((self.connection.rows - done).max(0) as u64))
    }

    fn begin(&mut self, object: &ObjectRequest, _ctx: &Context) -> Result<ObjectSpec> {
        self.next = object.position()?.unwrap_or(0);
        Ok(object.spec.clone())
    }

    fn next_batch(&mut self, _ctx: &Context) -> Result<Option<Batch>> {
        let (start, end) = (self.next, self.connection.rows.min(self.next + self.connection.batch_rows));
        if start >= end {
            return Ok(None);
        }
        self.next = end;
        Ok(Some(Batch::arrow(records(&self.schema, start, end)?).checkpoint(end)))
    }
}

fn records(schema: &SchemaRef, start: i64, end: i64) -> Result<RecordBatch> {
    let count = (end - start) as usize;
    let mut names = StringBuilder::with_capacity(count, count * 12);
    let mut cities = StringBuilder::with_capacity(count, count * 6);
    let mut name = String::from("customer ");
    for id in start..end {
        name.truncate("customer ".len());
        push_digits(&mut name, (id % 10_000) as u32);
        names.append_value(&name);
        // Every hundredth record has no city.
        cities.append_option((id % 100 != 99).then(|| CITIES[(id % 8) as usize]));
    }
    let ids = start..end;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(ids.clone())),
        Arc::new(Int64Array::from_iter_values(
            ids.clone().map(|id| id.wrapping_mul(2_654_435_761) % 100_000),
        )),
        Arc::new(Float64Array::from_iter_values(ids.clone().map(|id| (id % 100_000) as f64 / 100.0))),
        Arc::new(Int64Array::from_iter_values(ids.clone().map(|id| id % 50))),
        Arc::new(BooleanArray::from_iter(ids.clone().map(|id| Some(id % 3 == 0)))),
        Arc::new(
            TimestampMicrosecondArray::from_iter_values(ids.map(|id| START + id * 1_000_000))
                .with_timezone("UTC"),
        ),
        Arc::new(names.finish()),
        Arc::new(cities.finish()),
    ];
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

fn push_digits(text: &mut String, number: u32) {
    for power in [1000, 100, 10, 1] {
        text.push((b'0' + (number / power % 10) as u8) as char);
    }
}

dativo_plugin::export_reader!(Generate);
