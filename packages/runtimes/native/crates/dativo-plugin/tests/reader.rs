//! What a reader's author may rely on, seen from the host's side of the ABI.

use std::time::{Duration, Instant};

use dativo_plugin::prelude::*;
use dativo_plugin::testing::{HostEvent, Library, V1Library};
use dativo_plugin::{DiscoveredObject, Field, FieldType, LogLevel, TableSchema};
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Config {
    connection: Connection,
}

#[derive(Deserialize)]
struct Connection {
    rows: u32,
    #[serde(default)]
    fault: String,
}

/// Two objects, three records a batch, resumable.
struct Numbers {
    config: Config,
    object: String,
    next: u32,
}

impl Reader for Numbers {
    type Config = Config;

    fn spec() -> Spec {
        let schema = TableSchema::new([Field::new("n", FieldType::Integer).required()]).key(["n"]);
        let odd = ObjectSpec::new("odd")
            .schema(schema.clone())
            .cursor("n")
            .incremental()
            .description("Odd numbers.");
        Spec::new()
            .object(ObjectSpec::new("even").schema(schema))
            .object(odd)
            .secret("connection.token")
            .config_schema(json!({"type": "object"}))
    }

    fn open(config: Config, ctx: &Context) -> Result<Self> {
        match config.connection.fault.as_str() {
            "open" => {
                return Err(Error::new("NUMBERS_GONE", "There are no numbers.")
                    .retryable(true)
                    .hint("Count again."));
            }
            "panic in open" => panic!("no numbers at {}", "all"),
            _ => {}
        }
        ctx.info(format!("opened for {}", ctx.run().id));
        Ok(Self { config, object: String::new(), next: 0 })
    }

    fn check(&mut self, ctx: &Context) -> Result<Check> {
        ctx.log(
            LogLevel::Warn,
            "checking",
            Map::from_iter([("rows".into(), self.config.connection.rows.into())]),
        );
        log::debug!("through the log crate");
        log::trace!("too much");
        Ok(Check::ok("Counted.").detail("rows", self.config.connection.rows))
    }

    fn estimate(&mut self, request: &ExtractRequest, _: &Context) -> Result<Option<u64>> {
        Ok(Some(u64::from(self.config.connection.rows) * request.objects.len() as u64))
    }

    fn begin(&mut self, object: &ObjectRequest, _: &Context) -> Result<ObjectSpec> {
        self.object = object.name.clone();
        self.next = object.position()?.unwrap_or(0);
        Ok(object.spec.clone())
    }

    fn next_batch(&mut self, ctx: &Context) -> Result<Option<Batch>> {
        match self.config.connection.fault.as_str() {
            "next" if self.next > 0 => return Err(Error::new(code::CONNECTION_FAILED, "The line is dead.")),
            "panic in next" if self.next > 0 => panic!("the line is dead"),
            "panic with a value" if self.next > 0 => std::panic::panic_any(7),
            "panic in drop" if self.next > 0 => std::panic::panic_any(Bomb),
            "wait" if self.next > 0 => {
                while !ctx.is_cancelled() {
                    std::thread::sleep(Duration::from_millis(5));
                }
                return Ok(None);
            }
            _ => {}
        }
        if self.next >= self.config.connection.rows {
            return Ok(None);
        }
        let numbers = self.next..(self.next + 3).min(self.config.connection.rows);
        self.next = numbers.end;
        let odd = i64::from(self.object == "odd");
        let rows: Vec<_> = numbers.map(|n| json!({"n": i64::from(n) * 2 + odd})).collect();
        Ok(Some(Batch::rows(rows).checkpoint(self.next).filtered(1)))
    }
}

/// Panics again while the panic's payload is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("and again");
    }
}

fn config(rows: u32, fault: &str) -> Value {
    json!({"type": "numbers", "connection": {"rows": rows, "fault": fault}, "objects": []})
}

#[test]
fn describes_itself() {
    let library = Library::reader::<Numbers>();
    let spec = library.reader_spec().unwrap();
    assert_eq!(spec["name"], "under-test");
    assert_eq!(spec["kind"], "reader");
    assert_eq!(spec["api"], 1);
    assert_eq!(spec["secrets"], json!(["connection.token"]));
    assert_eq!(spec["config_schema"], json!({"type": "object"}));
    assert_eq!(spec["objects"][1]["name"], "odd");
    assert_eq!(spec["objects"][1]["incremental"], true);
    assert_eq!(spec["objects"][0]["schema"]["key"], json!(["n"]));
    assert_eq!(library.writer_spec().unwrap_err().code(), "ABI_VIOLATION");

    let mut reader = library.open_reader(&config(4, "")).unwrap();
    assert_eq!(reader.check().unwrap(), Check::ok("Counted.").detail("rows", 4));
    let found: Vec<DiscoveredObject> = reader.discover().unwrap().objects;
    assert_eq!(found[1].description.as_deref(), Some("Odd numbers."));
    assert_eq!(found[0].columns.as_ref().unwrap()[0].field_type, "integer");
    assert_eq!(reader.estimate(&[], &json!({})).unwrap(), Some(8));
    drop(reader);
    library.ledger().assert_balanced();
}

#[test]
fn hands_over_objects_one_after_the_other() {
    let library = Library::reader::<Numbers>();
    let mut reader = library.open_reader(&config(7, "")).unwrap();
    let objects = reader.read(&[], &json!({"odd": 6})).unwrap();
    assert_eq!(objects.iter().map(|object| object.spec.name.as_str()).collect::<Vec<_>>(), ["even", "odd"]);
    assert_eq!(objects[0].checkpoints, [json!(3), json!(6), json!(7)]);
    assert_eq!(objects[0].filtered, 3);
    assert_eq!(objects[1].rows::<Value>().unwrap(), [json!({"n": 13})]);
    // The schema comes once an object.
    assert_eq!(library.ledger().schemas().crossed, 2);

    // Each extraction starts afresh, also when the one before was left half-way.
    reader.extract(&["even"], &json!({})).unwrap();
    reader.next().unwrap();
    reader.next().unwrap();
    let again = reader.read(&["even"], &json!({})).unwrap();
    assert_eq!(again[0].record_count(), 7);
    let none = reader.read(&["even"], &json!({"even": 7})).unwrap();
    assert_eq!(none[0].record_count(), 0);
    drop((objects, again, none, reader));
    library.ledger().assert_balanced();
}

#[test]
fn refuses_before_any_data() {
    let library = Library::reader::<Numbers>();
    let mut reader = library.open_reader(&config(7, "")).unwrap();
    let unknown = reader.extract(&["prime"], &json!({})).unwrap_err();
    assert_eq!(
        (unknown.code(), unknown.hint_text()),
        ("OBJECT_NOT_FOUND", Some("Objects of this source: even, odd."))
    );
    assert_eq!(reader.next().unwrap_err().code(), "ABI_VIOLATION");
    assert_eq!(reader.call("write", &json!({})).unwrap_err().code(), "ABI_VIOLATION");

    reader.extract(&["even"], &json!({"even": "x"})).unwrap();
    assert_eq!(reader.next().unwrap_err().code(), "POSITION_INVALID");

    let wrong = library.open_reader(&json!({"connection": {"rows": "many"}})).unwrap_err();
    assert_eq!(wrong.code(), "CONFIGURATION_ERROR");
    assert!(wrong.message().starts_with("source.connection.rows: invalid type"), "{}", wrong.message());
    let missing = library.open_reader(&json!({})).unwrap_err();
    assert!(missing.message().starts_with("source: missing field `connection`"), "{}", missing.message());

    let own = library.open_reader(&config(1, "open")).unwrap_err();
    assert_eq!(
        (own.code(), own.is_retryable(), own.hint_text()),
        ("NUMBERS_GONE", true, Some("Count again."))
    );
    drop(reader);
    library.ledger().assert_balanced();
}

#[test]
fn one_object_needs_no_begin() {
    struct One(bool);
    impl Reader for One {
        type Config = Value;
        fn open(_: Value, _: &Context) -> Result<Self> {
            Ok(One(false))
        }
        fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> {
            Ok((!std::mem::replace(&mut self.0, true)).then(|| Batch::rows(vec![json!({"a": 1})])))
        }
    }
    let library = Library::reader::<One>();
    let mut reader = library.open_reader(&json!({})).unwrap();
    let read = reader.read(&[], &json!({})).unwrap();
    assert_eq!(read[0].spec, ObjectSpec::new("records"), "the name that the host gives");
    assert_eq!(reader.read(&["things"], &json!({})).unwrap()[0].record_count(), 1);
    let both = reader.read(&["a", "b"], &json!({})).unwrap_err();
    assert_eq!(both.code(), "CONFIGURATION_ERROR");
    assert_eq!(reader.check().unwrap().error_code.as_deref(), Some("NOT_IMPLEMENTED"));
    assert_eq!(reader.estimate(&[], &json!({})).unwrap(), None);
}

#[test]
fn errors_and_panics_are_never_an_end() {
    let library = Library::reader::<Numbers>();
    let cases = [
        ("next", "CONNECTION_FAILED", "The line is dead."),
        ("panic in next", "PLUGIN_PANICKED", "The plugin panicked in next at "),
        ("panic with a value", "PLUGIN_PANICKED", "a value that is not text was thrown"),
        ("panic in drop", "PLUGIN_PANICKED", "a value that is not text was thrown"),
    ];
    for (fault, code, text) in cases {
        let mut reader = library.open_reader(&config(9, fault)).unwrap();
        let error = reader.read(&["even"], &json!({})).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.message().contains(text), "{}", error.message());
        if fault == "panic in next" {
            assert!(error.message().contains("tests/reader.rs:"), "{}", error.message());
            assert!(error.message().ends_with(": the line is dead"), "{}", error.message());
            assert_eq!(reader.check().unwrap_err().code(), "ABI_VIOLATION", "what a panic left is not used");
        }
        assert_eq!(reader.next().unwrap_err().code(), "ABI_VIOLATION");
    }
    let panicked = library.open_reader(&config(9, "panic in open")).unwrap_err();
    assert_eq!(panicked.code(), "PLUGIN_PANICKED");
    assert!(!panicked.is_retryable());
    assert!(
        panicked.message().contains("panicked in open") && panicked.message().ends_with("no numbers at all")
    );
    library.ledger().assert_balanced();
}

#[test]
fn a_panic_while_closing_stays_inside() {
    struct Dropped(&'static str);
    impl Drop for Dropped {
        fn drop(&mut self) {
            panic!("{}", self.0);
        }
    }
    impl Reader for Dropped {
        type Config = Value;
        fn open(_: Value, _: &Context) -> Result<Self> {
            Ok(Dropped("closing hurts"))
        }
        fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> {
            Ok(None)
        }
    }
    let library = Library::reader::<Dropped>();
    drop(library.open_reader(&json!({})).unwrap());
    library.ledger().assert_balanced();
    let library = V1Library::reader::<Dropped>();
    drop(library.create_reader(&json!({})).unwrap());
    library.ledger().assert_balanced();
}

#[test]
fn cancelling_stops_it_within_a_second() {
    let library = Library::reader::<Numbers>();
    let mut reader = library.open_reader(&config(1000, "wait")).unwrap();
    reader.extract(&["even"], &json!({})).unwrap();
    let cancel = reader.canceller();
    let started = Instant::now();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        cancel();
    });
    // The reader returns "no more", which is no end when it was told to stop.
    let stopped = loop {
        match reader.next() {
            Ok(HostEvent::ObjectEnd { .. } | HostEvent::End) => {
                panic!("a cancelled object was said to be complete")
            }
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(stopped.code(), "INTERRUPTED");
    assert!(started.elapsed() < Duration::from_secs(1));
    thread.join().unwrap();
    assert_eq!(reader.next().unwrap_err().code(), "ABI_VIOLATION");
    drop(reader);
    library.ledger().assert_balanced();
}

#[test]
fn logs_reach_the_host() {
    let library = Library::reader::<Numbers>();
    let mut reader = library.open_reader(&config(1, "")).unwrap();
    let mut other = library.open_reader(&config(1, "")).unwrap();
    other.take_logs().unwrap();
    reader.check().unwrap();
    let mut records = reader.take_logs().unwrap();
    // Other tests of this process may log meanwhile from threads of no instance.
    records.retain(|record| record["level"] != "error");
    assert_eq!(
        records,
        [
            json!({"level": "info", "message": "opened for run-1"}),
            json!({"level": "warn", "message": "checking", "fields": {"rows": 1}}),
            json!({"level": "debug", "message": "through the log crate", "fields": {"target": "reader"}}),
        ]
    );
    assert_eq!(reader.take_logs().unwrap(), Vec::<Value>::new());
    assert_eq!(other.take_logs().unwrap(), Vec::<Value>::new());
}

#[test]
fn abi_1_yields_the_records_of_all_objects() {
    let library = V1Library::reader::<Numbers>();
    let mut reader = library.create_reader(&config(4, "")).unwrap();
    let records = reader.read().unwrap();
    let numbers: Vec<_> = records.iter().map(|record| record["n"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [0, 2, 4, 6, 1, 3, 5, 7]);
    assert_eq!(reader.extract_text().unwrap(), None, "the end stays the end");
    drop(reader);
    library.ledger().assert_balanced();
}

#[test]
fn abi_1_never_takes_an_error_for_the_end() {
    let library = V1Library::reader::<Numbers>();
    for fault in ["next", "panic in next"] {
        let mut reader = library.create_reader(&config(9, fault)).unwrap();
        assert_eq!(reader.extract_batch().unwrap().unwrap().len(), 3);
        for _ in 0..2 {
            let text = String::from_utf8(reader.extract_text().unwrap().unwrap()).unwrap();
            assert!(serde_json::from_str::<Value>(&text).is_err());
            assert!(
                text.starts_with("error ") && text.contains("the line is dead")
                    || text.contains("The line is dead")
            );
        }
    }
    for wrong in [config(1, "open"), config(1, "panic in open"), json!({}), json!([])] {
        assert_eq!(library.create_reader(&wrong).unwrap_err().code(), "PLUGIN_ERROR");
    }
    library.ledger().assert_balanced();
}

#[test]
fn positions_of_an_unexpected_shape_are_named() {
    #[derive(Debug, Deserialize)]
    struct Page {
        #[allow(dead_code)]
        page: u32,
    }
    struct Paged;
    impl Reader for Paged {
        type Config = Value;
        fn open(_: Value, _: &Context) -> Result<Self> {
            Ok(Paged)
        }
        fn begin(&mut self, object: &ObjectRequest, _: &Context) -> Result<ObjectSpec> {
            object.position::<Page>()?;
            Ok(ObjectSpec::new("other"))
        }
        fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> {
            Ok(None)
        }
    }
    let library = Library::reader::<Paged>();
    let mut reader = library.open_reader(&json!({})).unwrap();
    let error = reader.read(&["a"], &json!({"a": {"pag": 1}})).unwrap_err();
    assert!(
        error.message().contains("The position of the object \"a\"")
            && error.message().contains("missing field `page`")
    );
    assert_eq!(reader.read(&["a"], &json!({})).unwrap_err().code(), "PLUGIN_WRONG_SHAPE");
}

/// Orders by region, resumable.
struct Orders {
    ids: Vec<u32>,
}

impl Reader for Orders {
    type Config = Value;

    fn spec() -> Spec {
        Spec::new().partitions()
    }

    fn open(_: Value, _: &Context) -> Result<Self> {
        Ok(Self { ids: Vec::new() })
    }

    fn partitions(&mut self, request: &PartitionsRequest, _: &Context) -> Result<Vec<Partition>> {
        Ok(match request.object.as_str() {
            "orders" => ["eu", "us"].map(|region| Partition::new(region).param("region", region)).into(),
            "twice" => vec![Partition::new("eu"), Partition::new("eu")],
            _ => Vec::new(),
        })
    }

    fn begin(&mut self, object: &ObjectRequest, _: &Context) -> Result<ObjectSpec> {
        let after: u32 = object.position()?.unwrap_or(0);
        let ids: &[u32] = match object.partition.as_ref().map(|part| part.params["region"].as_str()) {
            None => &[7],
            Some(Some("eu")) => &[1, 3],
            Some(_) => &[2, 4],
        };
        self.ids = ids.iter().copied().filter(|id| *id > after).collect();
        Ok(object.spec.clone().incremental())
    }

    fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> {
        let rows: Vec<_> = self.ids.drain(..).map(|id| json!({"id": id})).collect();
        let Some(last) = rows.last().map(|row| row["id"].clone()) else { return Ok(None) };
        Ok(Some(Batch::rows(rows).checkpoint(last)))
    }
}

#[test]
fn divides_objects_and_reads_their_parts() {
    let library = Library::reader::<Orders>();
    assert_eq!(library.reader_spec().unwrap()["partitions"], true);
    assert!(Library::reader::<Numbers>().reader_spec().unwrap().get("partitions").is_none());
    let mut reader = library.open_reader(&json!({})).unwrap();
    let asked = json!({"objects": ["orders", "whole"], "state": {}, "count": 8});
    let us = json!({"object": "orders", "id": "us", "params": {"region": "us"}});
    assert_eq!(
        reader.call("partitions", &asked).unwrap(),
        json!([{"object": "orders", "id": "eu", "params": {"region": "eu"}}, us])
    );
    let twice = reader.call("partitions", &json!({"objects": ["twice"], "count": 8})).unwrap_err();
    assert_eq!(twice.code(), code::PLUGIN_WRONG_SHAPE);

    reader.call("extract", &json!({"objects": ["orders"], "state": {"orders": 2}, "partition": us})).unwrap();
    let mut states = Vec::new();
    loop {
        match reader.next().unwrap() {
            HostEvent::Checkpoint { state, .. } => states.push(state),
            HostEvent::Batch { data, .. } => assert_eq!(data.num_rows(), 1),
            HostEvent::End => break,
            _ => {}
        }
    }
    assert_eq!(states, [json!(4)]);

    // A host that takes them gets positions with the batches that they follow.
    reader.call("extract", &json!({"objects": ["orders"], "state": {}, "batch_states": true})).unwrap();
    let mut events = Vec::new();
    while let Ok(event) = reader.next() {
        events.push(format!("{event:?}").split([' ', '(']).next().unwrap().to_owned());
    }
    assert_eq!(events, ["Object", "Batch", "Batch", "ObjectEnd", "End"]);
    drop(reader);
    library.ledger().assert_balanced();
}

#[test]
fn reads_a_divided_object_whole_with_the_positions_of_its_parts() {
    let library = Library::reader::<Orders>();
    let mut reader = library.open_reader(&json!({})).unwrap();
    let left = json!({"orders": {"partitions": {"eu": 1, "gone": 9}}});
    let objects = reader.read(&["orders", "whole"], &left).unwrap();
    assert_eq!(objects[0].record_count(), 3);
    assert_eq!(
        objects[0].checkpoints,
        [json!({"partitions": {"eu": 3, "gone": 9}}), json!({"partitions": {"eu": 3, "gone": 9, "us": 4}})]
    );
    assert_eq!(objects[1].checkpoints, [json!(7)]);
    let before = reader.read(&["orders"], &json!({"orders": 7})).unwrap_err();
    assert_eq!(before.code(), code::POSITION_INVALID);
    drop((reader, objects));
    library.ledger().assert_balanced();
}
