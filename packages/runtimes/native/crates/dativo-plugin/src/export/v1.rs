//! The native ABI 1, as existing hosts know it: NUL-terminated JSON, and no way to report an error.
//!
//! Where something fails, what is wrong goes to standard error, and the host gets what it cannot take for data: NULL
//! from a creator and from `write_batch`, and text that is not JSON from `extract_batch`, where NULL would be the end.

use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::field_type::{Field, TableSchema};
use crate::instance::{Event, Instance, Shared};
use crate::rows::{RowSchema, encode_rows, write_json};
use crate::{Committed, Error, Result, ResultExt, Written, code};

use super::{Exports, Kind};

struct V1Reader {
    instance: Instance,
    failed: Option<Error>,
    ended: bool,
}

struct V1Writer {
    instance: Instance,
    run: String,
    batches: u64,
    rows: RowSchema,
}

/// Creates a reader from `{type, connection, credentials, objects, files, incremental, engine}`.
///
/// # Safety
///
/// `config` is NULL or a NUL-terminated text.
pub unsafe fn create_reader<E: Exports>(config: *const c_char) -> *mut c_void {
    // SAFETY: as the caller promises.
    let created = unsafe { text(config) }.and_then(|text| {
        let config: Value = serde_json::from_str(text).code(code::CONFIGURATION_ERROR)?;
        let objects = config.get("objects").cloned().unwrap_or_default();
        let open = json!({"config": config, "run": run(&run_id()), "project_root": current_folder()});
        let instance = opened(E::READER, &open)?;
        let objects = if objects.is_null() { json!([]) } else { objects };
        let request = serde_json::to_vec(&json!({"objects": objects, "state": {}}))?;
        instance.run("extract", |operations| operations.call("extract", &request))?;
        Ok(V1Reader { instance, failed: None, ended: false })
    });
    handle(created)
}

/// The next records as a JSON array; NULL at the end.
///
/// # Safety
///
/// `reader` is NULL, or came from `create_reader` and was not freed.
pub unsafe fn extract_batch(reader: *mut c_void) -> *mut c_char {
    // SAFETY: as the caller promises.
    let Some(reader) = (unsafe { reader.cast::<V1Reader>().as_mut() }) else {
        // Existing hosts do not look whether a creator returned NULL, and pass it on.
        return given(no_json(&Error::new(
            code::ABI_VIOLATION,
            "extract_batch was called without a reader.",
        )));
    };
    if let Some(error) = &reader.failed {
        return given(no_json(error));
    }
    match reader.next_records() {
        Ok(Some(records)) => given(records),
        Ok(None) => std::ptr::null_mut(),
        Err(error) => {
            let text = no_json(&error);
            reader.failed = Some(error);
            given(text)
        }
    }
}

/// Frees a reader.
///
/// # Safety
///
/// `reader` is NULL, or came from `create_reader` and was not freed.
pub unsafe fn free_reader(reader: *mut c_void) {
    if !reader.is_null() {
        // SAFETY: as the caller promises.
        unsafe { Box::from_raw(reader.cast::<V1Reader>()) }.instance.close();
    }
}

/// Creates a writer from `{asset_name, schema, output_base, target_type, connection, file_format, engine}`.
///
/// # Safety
///
/// `config` is NULL or a NUL-terminated text.
pub unsafe fn create_writer<E: Exports>(config: *const c_char) -> *mut c_void {
    // SAFETY: as the caller promises.
    let created = unsafe { text(config) }.and_then(|text| {
        let config: WriterConfig = serde_json::from_str(text).code(code::CONFIGURATION_ERROR)?;
        let schema = config.table_schema()?;
        let run_id = run_id();
        let open = json!({
            "config": {
                "type": config.target_type,
                "connection": object_or_empty(config.connection),
                "credentials": {},
                "engine": object_or_empty(config.engine),
                "file_format": config.file_format,
                "mode": "append",
            },
            "asset": {"name": config.asset_name, "version": "", "schema": schema},
            "object": config.asset_name,
            "mode": "append",
            "output_base": config.output_base,
            "run": run(&run_id),
            "project_root": current_folder(),
        });
        let instance = opened(E::WRITER, &open)?;
        let rows = schema.map_or_else(RowSchema::inferred, RowSchema::Declared);
        Ok(V1Writer { instance, run: run_id, batches: 0, rows })
    });
    handle(created)
}

/// Writes and commits `{records, file_counter}`, and returns the metadata of its files; NULL when it failed.
///
/// # Safety
///
/// `writer` is NULL, or came from `create_writer` and was not freed; `batch` is NULL or a NUL-terminated text.
pub unsafe fn write_batch(writer: *mut c_void, batch: *const c_char) -> *mut c_char {
    // SAFETY: as the caller promises.
    let writer = unsafe { writer.cast::<V1Writer>().as_mut() };
    let writer =
        writer.ok_or_else(|| Error::new(code::ABI_VIOLATION, "write_batch was called without a writer."));
    // SAFETY: as the caller promises.
    let written = writer.and_then(|writer| writer.write(unsafe { text(batch) }?));
    match written {
        Ok(files) => given(files),
        Err(error) => {
            eprintln!("{error}");
            std::ptr::null_mut()
        }
    }
}

/// Frees a writer.
///
/// # Safety
///
/// `writer` is NULL, or came from `create_writer` and was not freed.
pub unsafe fn free_writer(writer: *mut c_void) {
    if !writer.is_null() {
        // SAFETY: as the caller promises.
        unsafe { Box::from_raw(writer.cast::<V1Writer>()) }.instance.close();
    }
}

/// Frees a text that `extract_batch` or `write_batch` returned.
///
/// # Safety
///
/// `text` is NULL, or came from one of them and was not freed.
pub unsafe fn free_string(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: as the caller promises.
        drop(unsafe { CString::from_raw(text) });
    }
}

impl V1Reader {
    fn next_records(&mut self) -> Result<Option<Vec<u8>>> {
        while !self.ended {
            match self.instance.run("extract_batch", |operations| operations.next())? {
                // An empty array would be the end, so batches without records are passed over.
                Event::Batch { batch, .. } if batch.num_rows() > 0 => {
                    let mut text = Vec::new();
                    write_json(&batch, &mut text)?;
                    return Ok(Some(text));
                }
                Event::End => self.ended = true,
                _ => {}
            }
        }
        Ok(None)
    }
}

/// What the creator of a writer is given.
#[derive(Deserialize)]
struct WriterConfig {
    #[serde(default)]
    asset_name: String,
    #[serde(default)]
    schema: Option<Value>,
    #[serde(default)]
    output_base: String,
    #[serde(default)]
    target_type: Option<String>,
    #[serde(default)]
    connection: Value,
    #[serde(default)]
    file_format: Option<String>,
    #[serde(default)]
    engine: Value,
}

impl WriterConfig {
    /// The columns as an asset definition lists them, `[{name, type, required?}]`; none where it lists none.
    fn table_schema(&self) -> Result<Option<TableSchema>> {
        #[derive(Deserialize)]
        struct Column {
            name: String,
            #[serde(rename = "type", default = "text_type")]
            column_type: String,
            #[serde(default)]
            required: bool,
        }
        fn text_type() -> String {
            "string".into()
        }
        let columns = match &self.schema {
            Some(Value::Array(columns)) if !columns.is_empty() => columns,
            _ => return Ok(None),
        };
        let fields = columns.iter().map(|column| {
            let column = Column::deserialize(column).code(code::ASSET_INVALID)?;
            let field_type = column.column_type.parse().while_doing(format!("schema.{}", column.name))?;
            Ok(Field { required: column.required, ..Field::new(column.name, field_type) })
        });
        Ok(Some(TableSchema::new(fields.collect::<Result<Vec<_>>>()?)))
    }
}

#[derive(Deserialize)]
struct V1Batch<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
    #[serde(default)]
    file_counter: u64,
}

impl V1Writer {
    fn write(&mut self, text: &str) -> Result<Vec<u8>> {
        let batch: V1Batch = serde_json::from_str(text).code(code::ABI_VIOLATION)?;
        let records = batch.records.iter().map(|record| serde_json::from_str::<Value>(record.get()));
        let records: Vec<Value> = records.collect::<Result<_, _>>()?;
        let Some(columns) = encode_rows(&records, &mut self.rows)? else { return Ok(b"[]".to_vec()) };
        let schema = TableSchema::from_arrow(&columns.schema())?;
        self.batches += 1;
        let token = format!("{}-{}", self.run, self.batches);
        let request = json!({"schema": schema, "file_counter": batch.file_counter, "token": token});
        let request = serde_json::to_vec(&request)?;
        let written = self.instance.run("write_batch", |operations| operations.write(&request, columns))?;
        let flushed = self.call("flush", &json!({"token": token}))?;
        let mut files = Vec::new();
        for written in [written, flushed] {
            let Written { files: staged, rejected } = serde_json::from_slice(&written)?;
            files.extend(staged);
            if let Some(first) = rejected.first() {
                self.call("abort", &json!({"scope": "files", "files": files, "token": token}))?;
                let message = format!(
                    "{} records cannot be stored, and this host has no place for them; the first is record {}: {}",
                    rejected.len(),
                    first.index,
                    first.reason
                );
                return Err(Error::new(code::VALIDATION_FAILED, message));
            }
        }
        let commit = json!({"files": files, "token": token, "final": false, "schema": schema});
        let committed: Committed = serde_json::from_slice(&self.call("commit", &commit)?)?;
        if committed.status != "success" {
            let message = format!("The commit answered {:?} instead of \"success\".", committed.status);
            return Err(Error::new(code::COMMIT_FAILED, message));
        }
        Ok(serde_json::to_vec(&files)?)
    }

    fn call(&self, operation: &str, request: &Value) -> Result<Vec<u8>> {
        let request = serde_json::to_vec(request)?;
        self.instance.run(operation, |operations| operations.call(operation, &request))
    }
}

fn opened(kind: Option<Kind>, request: &Value) -> Result<Instance> {
    let kind = kind.expect("the symbols are exported only where there is such a kind");
    let request = serde_json::to_vec(request)?;
    Instance::open(Arc::new(Shared::for_v1()), |shared| (kind.open)(&request, shared))
}

fn handle<T>(created: Result<T>) -> *mut c_void {
    match created {
        Ok(created) => Box::into_raw(Box::new(created)).cast(),
        Err(error) => {
            eprintln!("{error}");
            std::ptr::null_mut()
        }
    }
}

/// Says what is wrong, in a text that no host can take for records.
fn no_json(error: &Error) -> Vec<u8> {
    eprintln!("{error}");
    format!("error {error}").into_bytes()
}

/// Gives a text away. JSON escapes NUL characters; in anything else they are left out.
fn given(mut text: Vec<u8>) -> *mut c_char {
    text.retain(|&byte| byte != 0);
    CString::new(text).expect("there is no NUL character left").into_raw()
}

/// # Safety
///
/// `text` is NULL or a NUL-terminated text.
unsafe fn text<'a>(text: *const c_char) -> Result<&'a str> {
    if text.is_null() {
        return Err(Error::new(code::ABI_VIOLATION, "A call came with NULL in place of JSON."));
    }
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(text) }.to_str().code(code::ABI_VIOLATION)
}

fn run(id: &str) -> Value {
    json!({"id": id, "job": ""})
}

/// A name for the run, which this ABI does not tell.
fn run_id() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("v1-{}-{}", std::process::id(), since.as_nanos())
}

fn current_folder() -> String {
    std::env::current_dir().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}

fn object_or_empty(value: Value) -> Value {
    if value.is_null() { json!({}) } else { value }
}
