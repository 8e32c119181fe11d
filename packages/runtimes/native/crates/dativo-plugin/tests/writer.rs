//! What a writer's author may rely on, seen from the host's side of the ABI.

use std::cell::Cell;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::Schema;
use dativo_plugin::prelude::*;
use dativo_plugin::testing::{Library, V1Library};
use dativo_plugin::{FieldType, Rejected};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    connection: Connection,
}

#[derive(Default, Deserialize)]
struct Connection {
    #[serde(default)]
    fault: String,
}

/// Keeps nothing, but answers as if.
struct Memory {
    fault: String,
    target: Target,
    staged: u64,
}

thread_local! {
    /// How often this test's writers were told to discard something.
    static ABORTS: Cell<usize> = const { Cell::new(0) };
}

impl Writer for Memory {
    type Config = Config;

    fn spec() -> Spec {
        Spec::new().name("memory").modes([WriteMode::Append, WriteMode::Merge]).idempotent_commit()
    }

    fn open(config: Config, target: &Target, _: &Context) -> Result<Self> {
        Ok(Self { fault: config.connection.fault, target: target.clone(), staged: 0 })
    }

    fn check(&mut self, ctx: &Context) -> Result<Check> {
        Ok(Check::ok(format!("{} in {}", self.target.object, ctx.path("x").display())))
    }

    fn write(&mut self, batch: WriteBatch, _: &Context) -> Result<Written> {
        match self.fault.as_str() {
            "error" => return Err(Error::new(code::TARGET_FULL, "There is no room.")),
            "panic" => panic!("no room"),
            "reject" => {
                return Ok(Written { files: vec![], rejected: vec![Rejected::new(0, "it is odd")] });
            }
            _ => {}
        }
        self.staged += batch.data.num_rows() as u64;
        let first: Vec<Value> = batch.rows()?;
        let file =
            StagedFile::new(format!("{}/{}", batch.token, batch.file_counter), batch.data.num_rows() as u64);
        Ok(file.with("first", first.first().cloned().unwrap_or_default()).into())
    }

    fn flush(&mut self, token: &str, _: &Context) -> Result<Written> {
        Ok(StagedFile::new(format!("{token}/rest"), 0).into())
    }

    fn commit(&mut self, request: &CommitRequest, _: &Context) -> Result<Committed> {
        let mut committed = Committed::all(&request.files);
        committed.more.insert("final".into(), request.is_final.into());
        Ok(committed)
    }

    fn abort(&mut self, _: &AbortRequest, _: &Context) -> Result<()> {
        ABORTS.set(ABORTS.get() + 1);
        Ok(())
    }
}

fn batch() -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("c\0")]));
    RecordBatch::try_from_iter([("id", ids), ("name", names)]).unwrap()
}

fn config(fault: &str) -> Value {
    json!({"connection": {"fault": fault}})
}

#[test]
fn stages_flushes_and_commits() {
    let library = Library::writer::<Memory>();
    let spec = library.writer_spec().unwrap();
    assert_eq!(
        spec,
        json!({
            "name": "memory", "kind": "writer", "version": "0.0.0", "api": 1, "description": "The crate under test",
            "accepts": ["arrow"], "idempotent_commit": true, "modes": ["append", "merge"],
        })
    );
    let mut writer = library.open_writer(&config(""), "/out").unwrap();
    assert!(writer.check().unwrap().message.starts_with("records in /"));
    let schema = json!({"fields": [{"name": "id", "type": {"kind": "integer"}}, {"name": "name", "type": {"kind": "string"}}]});
    let mut files = writer
        .write_with(&batch().slice(1, 2), &json!({"schema": schema, "file_counter": 5, "token": "t"}))
        .unwrap()
        .files;
    assert_eq!(files[0].path, "t/5");
    assert_eq!(files[0].more["first"], json!({"id": 2, "name": null}));
    files.extend(writer.flush("t").unwrap().files);
    let committed = writer.commit(&files, "t", true).unwrap();
    assert_eq!((committed.files_added, committed.total_records), (2, Some(2)));
    assert_eq!(committed.more["final"], true);
    drop(writer);
    library.ledger().assert_balanced();
    assert_eq!(library.ledger().arrays().crossed, 1);
}

#[test]
fn releases_what_it_was_given_also_when_it_fails() {
    let library = Library::writer::<Memory>();
    for fault in ["error", "panic"] {
        let mut writer = library.open_writer(&config(fault), "/out").unwrap();
        let error = writer.write(&batch(), "t").unwrap_err();
        assert!(error.message().to_lowercase().contains("no room"), "{error}");
        let before = ABORTS.get();
        // Tidying up is still possible after a panic; writing on is not.
        writer.abort(&[], "t").unwrap();
        assert_eq!(ABORTS.get(), before + 1);
        if fault == "panic" {
            assert_eq!(error.code(), "PLUGIN_PANICKED");
            assert_eq!(writer.flush("t").unwrap_err().code(), "ABI_VIOLATION");
            assert_eq!(writer.write(&batch(), "t").unwrap_err().code(), "ABI_VIOLATION");
        }
    }
    let mut writer = library.open_writer(&config(""), "/out").unwrap();
    assert_eq!(writer.write_with(&batch(), &json!({"no": "token"})).unwrap_err().code(), "ABI_VIOLATION");
    assert_eq!(writer.write_nothing(&json!({"token": "t"})).unwrap_err().code(), "ABI_VIOLATION");
    drop(writer);
    library.ledger().assert_balanced();
}

#[test]
fn takes_batches_without_columns_or_rows() {
    let library = Library::writer::<Memory>();
    let mut writer = library.open_writer(&config(""), "/out").unwrap();
    let options = RecordBatchOptions::new().with_row_count(Some(7));
    let bare = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &options).unwrap();
    assert_eq!(writer.write(&bare, "t").unwrap().files[0].record_count, Some(7));
    assert_eq!(writer.write(&batch().slice(0, 0), "t").unwrap().files[0].record_count, Some(0));
}

#[test]
fn text_that_is_not_utf_8_never_reaches_safe_code() {
    let library = Library::writer::<Memory>();
    let mut writer = library.open_writer(&config(""), "/out").unwrap();
    // SAFETY: the array is only handed to the plugin, which is to find out.
    let text = unsafe {
        StringArray::new_unchecked(
            arrow_buffer::OffsetBuffer::from_lengths([2]),
            arrow_buffer::Buffer::from(vec![0xc3u8, 0x28]),
            None,
        )
    };
    let batch = RecordBatch::try_from_iter([("text", Arc::new(text) as ArrayRef)]).unwrap();
    let error = writer.write(&batch, "t").unwrap_err();
    assert_eq!(error.code(), "ABI_VIOLATION");
    assert!(error.message().contains("UTF"), "{error}");
    drop(writer);
    library.ledger().assert_balanced();
}

#[test]
fn abi_1_commits_each_batch() {
    let library = V1Library::writer::<Memory>();
    let columns =
        json!([{"name": "id", "type": "integer", "required": true}, {"name": "at", "type": "timestamp_tz"}]);
    let mut writer = library
        .create_writer(&json!({
            "asset_name": "things", "schema": columns, "output_base": "/out", "target_type": "memory",
            "connection": {}, "file_format": null, "engine": {},
        }))
        .unwrap();
    let records = json!([{"id": 1, "at": "2026-01-04T10:00:00Z"}, {"id": 2}]);
    let files = writer.write_batch(&json!({"records": records, "file_counter": 3})).unwrap();
    assert_eq!(files.len(), 2);
    assert_eq!(files[0]["record_count"], 2);
    assert_eq!(files[0]["first"], json!({"id": 1, "at": "2026-01-04T10:00:00Z"}));
    assert!(files[0]["path"].as_str().unwrap().ends_with("-1/3"));

    let wrong = json!({"records": [{"id": "x"}], "file_counter": 0});
    assert_eq!(writer.write_batch(&wrong).unwrap_err().code(), "PLUGIN_ERROR");
    let none = writer.write_batch(&json!({"records": [], "file_counter": 0}));
    assert!(none.is_ok(), "an empty batch is no error");
    drop(writer);

    let before = ABORTS.get();
    let mut rejecting =
        library.create_writer(&json!({"asset_name": "a", "connection": {"fault": "reject"}})).unwrap();
    assert_eq!(
        rejecting.write_batch(&json!({"records": [{"a": 1}], "file_counter": 0})).unwrap_err().code(),
        "PLUGIN_ERROR"
    );
    assert_eq!(ABORTS.get(), before + 1, "nothing half-written stays");
    drop(rejecting);
    let bad_type = json!({"asset_name": "a", "schema": [{"name": "x", "type": "strin"}]});
    assert_eq!(library.create_writer(&bad_type).unwrap_err().code(), "PLUGIN_ERROR");
    library.ledger().assert_balanced();
}

#[test]
fn the_table_fits_the_host_it_is_asked_for() {
    use dativo_plugin::abi::DATIVO_ABI_VERSION;
    assert_eq!(DATIVO_ABI_VERSION, 2);
    struct Nothing;
    impl dativo_plugin::export::Exports for Nothing {
        const PACKAGE: dativo_plugin::export::Package =
            dativo_plugin::export::Package { name: "n", version: "0", description: "" };
    }
    assert!(dativo_plugin::export::v2::table::<Nothing>(1).is_null());
    assert!(!dativo_plugin::export::v2::table::<Nothing>(3).is_null());
    assert_eq!("decimal".parse::<FieldType>().unwrap().to_string(), "decimal(38,9)");
}
