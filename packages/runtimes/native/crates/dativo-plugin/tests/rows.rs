//! Serde rows: declared, derived and found columns, and what does not fit them.

use chrono::{DateTime, NaiveDate, Utc};
use dativo_plugin::prelude::*;
use dativo_plugin::testing::{Library, ReadObject};
use dativo_plugin::{Bytes, Field, FieldType, TableSchema};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    static NEXT: RefCell<(Option<TableSchema>, Vec<Batch>)> = const { RefCell::new((None, Vec::new())) };
}

struct Given(Option<TableSchema>, Vec<Batch>);

impl Reader for Given {
    type Config = Value;

    fn open(_: Value, _: &Context) -> Result<Self> {
        let (schema, mut batches) = NEXT.take();
        batches.reverse();
        Ok(Self(schema, batches))
    }

    fn begin(&mut self, object: &ObjectRequest, _: &Context) -> Result<ObjectSpec> {
        let spec = ObjectSpec::new(&object.name);
        Ok(match self.0.take() {
            Some(schema) => spec.schema(schema),
            None => spec,
        })
    }

    fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> {
        Ok(self.1.pop())
    }
}

fn read(schema: Option<TableSchema>, batches: Vec<Batch>) -> Result<ReadObject> {
    NEXT.set((schema, batches));
    let library = Library::reader::<Given>();
    let mut reader = library.open_reader(&json!({}))?;
    let object = reader.read(&["records"], &json!({})).map(|mut objects| objects.remove(0));
    drop(reader);
    object
}

fn types(object: &ReadObject) -> Vec<String> {
    let schemas = object.batches.iter().map(|batch| TableSchema::from_arrow(&batch.schema()).unwrap());
    schemas.map(|schema| FieldType::Struct { fields: schema.fields }.to_string()).collect()
}

#[derive(Serialize, Deserialize, Record, PartialEq, Debug, Clone)]
struct Order {
    #[record(key)]
    id: i64,
    #[serde(rename = "customerName")]
    customer: Option<String>,
    #[record(type = "decimal(10,2)")]
    total: String,
    placed: DateTime<Utc>,
    due: NaiveDate,
    lines: Vec<Line>,
    raw: Bytes,
    #[serde(skip)]
    _cache: u8,
}

#[derive(Serialize, Deserialize, Record, PartialEq, Debug, Clone)]
#[serde(rename_all = "camelCase")]
struct Line {
    product_id: u32,
    price: f64,
}

fn order() -> Order {
    Order {
        id: i64::MAX,
        customer: None,
        total: "12.50".into(),
        placed: "2026-01-04T10:00:00.123456Z".parse().unwrap(),
        due: "2026-02-28".parse().unwrap(),
        lines: vec![Line { product_id: 7, price: 0.1 }],
        raw: Bytes(vec![0, 255]),
        _cache: 0,
    }
}

#[test]
fn derived_columns_hold_what_the_struct_holds() {
    let object = read(None, vec![Batch::records(vec![order(), order()])]).unwrap();
    let lines = "list<struct<productId: integer!, price: number!>>";
    assert_eq!(
        types(&object),
        [format!(
            "struct<id: integer!, customerName: string, total: decimal(10,2)!, placed: timestamp_tz!, due: date!, lines: {lines}!, raw: binary!>"
        )]
    );
    assert_eq!(Order::schema().key, Some(vec!["id".into()]));
    assert_eq!(object.rows::<Order>().unwrap(), [order(), order()]);
}

#[test]
fn found_columns_widen_and_lose_nothing() {
    let batches = vec![
        Batch::rows(vec![json!({"id": 1, "late": null}), json!({"id": 2})]),
        Batch::rows(vec![json!({"id": 2.5, "late": true, "tags": ["a"]})]),
        Batch::rows(vec![json!({"id": 9_007_199_254_740_993i64}), json!({"id": 0.5})]),
        Batch::rows(vec![json!({"id": "x"}), json!({"id": null})]),
    ];
    let object = read(None, batches).unwrap();
    assert_eq!(
        types(&object),
        [
            "struct<id: integer>",
            "struct<id: number, late: boolean, tags: json>",
            "struct<id: json, late: boolean, tags: json>",
            "struct<id: json, late: boolean, tags: json>",
        ]
    );
    let rows = object.rows::<Value>().unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(
        ids,
        [
            json!(1),
            json!(2),
            json!(2.5),
            json!(9_007_199_254_740_993i64),
            json!(0.5),
            json!("x"),
            json!(null)
        ]
    );
    assert_eq!(rows[2]["tags"], json!(["a"]));
}

#[test]
fn rows_of_any_serde_shape_are_records() {
    #[derive(Serialize)]
    #[serde(tag = "event")]
    enum Event {
        Opened { id: u64 },
        Closed { id: u64, by: char },
    }
    let tagged = vec![Event::Opened { id: u64::MAX }, Event::Closed { id: 1, by: 'x' }];
    let object = read(None, vec![Batch::rows(tagged)]).unwrap();
    assert_eq!(types(&object), ["struct<event: string, id: decimal(38,0), by: string>"]);
    assert_eq!(
        object.rows::<Value>().unwrap(),
        [
            json!({"event": "Opened", "id": "18446744073709551615", "by": null}),
            json!({"event": "Closed", "id": "1", "by": "x"})
        ]
    );

    let maps: Vec<BTreeMap<i32, bool>> = vec![BTreeMap::from([(1, true)]), BTreeMap::new()];
    let object = read(None, vec![Batch::rows(maps)]).unwrap();
    assert_eq!(object.rows::<Value>().unwrap(), [json!({"1": true}), json!({"1": null})]);

    let error = read(None, vec![Batch::rows(vec![1, 2])]).unwrap_err();
    assert_eq!(error.code(), "PLUGIN_WRONG_SHAPE");
    assert_eq!(error.message(), "Record 0 of a batch: a record must be a struct or a map.");
}

#[test]
fn declared_columns_take_what_fits_without_loss() {
    let cases = [
        ("integer", json!("42"), json!(42)),
        ("integer", json!(42.0), json!(42)),
        ("number", json!(42), json!(42.0)),
        ("number", json!("-0.5e3"), json!(-500.0)),
        ("decimal(10,2)", json!(12.5), json!("12.50")),
        ("decimal(10,2)", json!(12), json!("12.00")),
        ("string", json!(1.5), json!("1.5")),
        ("string", json!(true), json!("true")),
        ("boolean", json!(1), json!(true)),
        ("boolean", json!("false"), json!(false)),
        ("timestamp_tz", json!("2026-01-04T11:00:00+01:00"), json!("2026-01-04T10:00:00Z")),
        ("timestamp", json!("2026-01-04 11:00:00"), json!("2026-01-04T11:00:00")),
        ("timestamp_tz", json!(1_500_000), json!("1970-01-01T00:00:01.5Z")),
        ("date", json!(1), json!("1970-01-02")),
        ("binary", json!("aGk="), json!("aGk=")),
        ("binary", json!([104, 105]), json!("aGk=")),
        ("json", json!({"a": [1, null]}), json!({"a": [1, null]})),
        ("json", json!("text"), json!("text")),
        ("list<integer>", json!([1, null, "3"]), json!([1, null, 3])),
        ("struct<a: struct<b: integer>>", json!({"a": {"b": 1}}), json!({"a": {"b": 1}})),
        ("struct<a: integer!>", json!(null), json!(null)),
    ];
    for (field_type, given, expected) in cases {
        let schema = TableSchema::new([Field::new("value", field_type.parse().unwrap())]);
        let object = read(Some(schema), vec![Batch::rows(vec![json!({"value": given})])]);
        let rows = object
            .unwrap_or_else(|error| panic!("{given} as {field_type}: {error}"))
            .rows::<Value>()
            .unwrap();
        assert_eq!(rows, [json!({"value": expected})], "{given} as {field_type}");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let cases = [
        ("integer", json!(0.5), "the number 0.5 does not fit the type integer without loss"),
        ("integer", json!(u64::MAX), "the integer 18446744073709551615 does not fit"),
        ("integer", json!(1e300), "the number 1e300 does not fit"),
        (
            "number",
            json!(9_007_199_254_740_993i64),
            "the integer 9007199254740993 does not fit the type number",
        ),
        ("number", json!("inf"), "the text \"inf\" does not fit"),
        ("decimal(4,2)", json!("1.005"), "the text \"1.005\" does not fit the type decimal(4,2)"),
        ("decimal(4,2)", json!(100), "the integer 100 does not fit"),
        ("boolean", json!("yes"), "the text \"yes\" does not fit"),
        ("boolean", json!(2), "the integer 2 does not fit"),
        ("date", json!("2026-02-29"), "the text \"2026-02-29\" does not fit"),
        ("date", json!("2026-01-04T10:00:00Z"), "does not fit the type date"),
        ("timestamp_tz", json!("2026-01-04T10:00:00"), "does not fit the type timestamp_tz"),
        ("timestamp", json!("2026-01-04T10:00:00Z"), "does not fit the type timestamp"),
        ("binary", json!("%"), "the text \"%\" does not fit"),
        ("string", json!({"a": 1}), "an object does not fit the type string"),
        ("list<integer>", json!({"a": 1}), "an object does not fit the type list<integer>"),
        ("list<integer>", json!([1, "x"]), "field value[1]: the text \"x\" does not fit the type integer"),
        (
            "struct<a: list<struct<b: date>>>",
            json!({"a": [{"b": "?"}]}),
            "field value.a[0].b: the text \"?\"",
        ),
        ("struct<a: integer!>", json!({}), "field value.a: it is required, and null or missing"),
        ("struct<a: integer>", json!({"b": 1}), "field value.b: the schema declares no such field"),
    ];
    for (field_type, given, expected) in cases {
        let schema = TableSchema::new([Field::new("value", field_type.parse().unwrap())]);
        let error =
            read(Some(schema), vec![Batch::rows(vec![json!({"value": null}), json!({"value": given})])])
                .unwrap_err();
        assert!(error.message().contains(expected), "{given} as {field_type}: {}", error.message());
        assert!(error.message().starts_with("Record 1 of a batch, field value"), "{}", error.message());
    }
    let schema = TableSchema::new([Field::new("id", FieldType::Integer).required()]);
    for row in [json!({}), json!({"id": null})] {
        let error = read(Some(schema.clone()), vec![Batch::rows(vec![row])]).unwrap_err();
        assert_eq!(error.message(), "Record 0 of a batch, field id: it is required, and null or missing.");
    }
}

#[test]
fn a_writer_reads_rows_that_fit_or_says_which_does_not() {
    #[derive(Deserialize, Debug)]
    struct Narrow {
        #[allow(dead_code)]
        id: u8,
    }
    let object = read(None, vec![Batch::rows(vec![json!({"id": 1}), json!({"id": 300})])]).unwrap();
    let error = object.rows::<Narrow>().unwrap_err();
    assert_eq!(error.code(), "COERCION_LOSSY");
    assert!(error.message().contains("[1].id"), "{}", error.message());

    #[derive(Serialize)]
    struct Measured {
        value: f64,
    }
    let object = read(
        None,
        vec![Batch::rows(vec![Measured { value: f64::NAN }, Measured { value: f64::NEG_INFINITY }])],
    )
    .unwrap();
    assert_eq!(object.rows::<Value>().unwrap(), [json!({"value": "NaN"}), json!({"value": "-Infinity"})]);
}

#[test]
fn names_that_c_cannot_hold_are_refused() {
    let error = read(None, vec![Batch::rows(vec![json!({"a\0b": 1})])]).unwrap_err();
    assert_eq!(error.code(), "TYPE_UNSUPPORTED", "{error}");
}
