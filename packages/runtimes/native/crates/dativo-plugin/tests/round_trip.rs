//! Rows of all field types through the ABI and back are the same rows.

mod common;

use std::cell::RefCell;
use std::collections::VecDeque;

use arrow_array::RecordBatch;
use common::{Row, Table, rows_of, table};
use dativo_plugin::prelude::*;
use dativo_plugin::testing::{Library, V1Library};
use dativo_plugin::{Field, TableSchema};
use proptest::prelude::*;
use serde_json::{Value, json};

thread_local! {
    /// What the reader under test yields.
    static GIVEN: RefCell<Option<Table>> = const { RefCell::new(None) };
    /// What the writer under test was given.
    static TAKEN: RefCell<Vec<(TableSchema, RecordBatch)>> = const { RefCell::new(Vec::new()) };
}

struct Given {
    schema: TableSchema,
    batches: VecDeque<Vec<Row>>,
}

impl Reader for Given {
    type Config = Value;

    fn open(_: Value, _: &Context) -> Result<Self> {
        let Table { schema, batches } = GIVEN.with_borrow(|given| given.clone()).unwrap();
        Ok(Self { schema, batches: batches.into() })
    }

    fn begin(&mut self, object: &ObjectRequest, _: &Context) -> Result<ObjectSpec> {
        Ok(ObjectSpec::new(&object.name).schema(self.schema.clone()))
    }

    fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> {
        Ok(self.batches.pop_front().map(Batch::rows))
    }
}

struct Taken;

impl Writer for Taken {
    type Config = Value;

    fn open(_: Value, _: &Target, _: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn write(&mut self, batch: WriteBatch, _: &Context) -> Result<Written> {
        TAKEN.with_borrow_mut(|taken| taken.push((batch.schema, batch.data)));
        Ok(Written::nothing_yet())
    }

    fn commit(&mut self, request: &CommitRequest, _: &Context) -> Result<Committed> {
        Ok(Committed::all(&request.files))
    }

    fn abort(&mut self, _: &AbortRequest, _: &Context) -> Result<()> {
        Ok(())
    }
}

fn taken_rows(schema: &TableSchema) -> Vec<Row> {
    TAKEN
        .take()
        .iter()
        .flat_map(|(told, batch)| {
            assert_eq!(told, schema);
            rows_of(schema, batch)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn through_abi_2(table in table()) {
        let expected: Vec<Row> = table.batches.concat();
        let schema = table.schema.clone();
        let count = table.batches.len();
        GIVEN.set(Some(table));

        let reader = Library::reader::<Given>();
        let writer = Library::writer::<Taken>();
        let mut opened = reader.open_reader(&json!({})).unwrap();
        let object = opened.read(&["records"], &json!({})).unwrap().remove(0);
        prop_assert_eq!(object.batches.len(), count, "empty batches are handed over too");
        let mut sink = writer.open_writer(&json!({}), "/nowhere").unwrap();
        for batch in &object.batches {
            sink.write(batch, "t").unwrap();
        }
        prop_assert_eq!(taken_rows(&schema), expected);

        drop((object, opened, sink));
        reader.ledger().assert_balanced();
        writer.ledger().assert_balanced();
    }

    #[test]
    fn through_abi_1(table in table()) {
        let expected: Vec<Row> = table.batches.concat();
        let schema = table.schema.clone();
        GIVEN.set(Some(table));

        let reader = V1Library::reader::<Given>();
        let writer = V1Library::writer::<Taken>();
        let columns: Vec<Value> = schema.fields.iter().map(column).collect();
        let mut source = reader.create_reader(&json!({"connection": {}, "objects": ["records"]})).unwrap();
        let mut sink = writer.create_writer(&json!({"asset_name": "records", "schema": columns})).unwrap();
        while let Some(records) = source.extract_batch().unwrap() {
            sink.write_batch(&json!({"records": records, "file_counter": 0})).unwrap();
        }
        // This ABI can say "no column" only as "no schema".
        if schema.fields.is_empty() {
            prop_assert_eq!(TAKEN.take().iter().map(|(_, batch)| batch.num_rows()).sum::<usize>(), expected.len());
        } else {
            prop_assert_eq!(taken_rows(&schema), expected);
        }

        drop((source, sink));
        reader.ledger().assert_balanced();
        writer.ledger().assert_balanced();
    }
}

fn column(field: &Field) -> Value {
    json!({"name": field.name, "type": field.field_type.to_string(), "required": field.required})
}
