use std::collections::HashMap;
use std::mem::MaybeUninit;

use arrow_array::RecordBatch;
use arrow_schema::ffi::FFI_ArrowSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::abi::*;
use crate::export::arrow_transfer::import_batch;
use crate::{Check, Discovery, Error, ObjectSpec, Result, ResultExt, code, rows};

use super::ledger::{count_array, count_schema};
use super::operations::{Handle, answered, taken};

/// An open reader, as a host sees it.
#[derive(Debug)]
pub struct OpenReader {
    handle: Handle,
    /// The schema that the batches of each object have had last.
    schemas: HashMap<String, FFI_ArrowSchema>,
}

/// What a reader handed over.
#[derive(Clone, Debug)]
pub enum HostEvent {
    /// An object begins.
    Object(ObjectSpec),
    /// Records.
    Batch {
        /// Name of the object.
        object: String,
        /// The records.
        data: RecordBatch,
        /// Records left out on purpose.
        filtered: u64,
        /// Records read again and left out.
        deduplicated: u64,
    },
    /// A position.
    Checkpoint {
        /// Name of the object.
        object: String,
        /// The position.
        state: Value,
    },
    /// An object was read to its end.
    ObjectEnd {
        /// Name of the object.
        object: String,
    },
    /// The stream is over.
    End,
}

/// An object that was read to its end.
#[derive(Clone, Debug)]
pub struct ReadObject {
    /// What the reader says of it.
    pub spec: ObjectSpec,
    /// Its records.
    pub batches: Vec<RecordBatch>,
    /// The positions that came with them.
    pub checkpoints: Vec<Value>,
    /// Records left out on purpose.
    pub filtered: u64,
    /// Records read again and left out.
    pub deduplicated: u64,
}

impl ReadObject {
    /// Number of records.
    pub fn record_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// All records as serde rows; see [`WriteBatch::rows`](crate::WriteBatch::rows) for how values come.
    pub fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>> {
        let batches = self.batches.iter().map(rows::decode_rows);
        Ok(batches.collect::<Result<Vec<Vec<T>>>>()?.into_iter().flatten().collect())
    }
}

impl OpenReader {
    pub(super) fn new(handle: Handle) -> Self {
        Self { handle, schemas: HashMap::new() }
    }

    /// Whether the source can be used.
    pub fn check(&mut self) -> Result<Check> {
        Ok(serde_json::from_value(self.handle.call("check", &json!({}))?)?)
    }

    /// What there is to read.
    pub fn discover(&mut self) -> Result<Discovery> {
        Ok(serde_json::from_value(self.handle.call("discover", &json!({}))?)?)
    }

    /// Number of records that an extraction would yield.
    pub fn estimate(&mut self, objects: &[&str], state: &Value) -> Result<Option<u64>> {
        let request = json!({"objects": objects, "state": state});
        Ok(serde_json::from_value(self.handle.call("estimate", &request)?)?)
    }

    /// Begins an extraction; `state` holds the position of each object by its name.
    pub fn extract(&mut self, objects: &[&str], state: &Value) -> Result<()> {
        self.schemas.clear();
        self.handle.call("extract", &json!({"objects": objects, "state": state}))?;
        Ok(())
    }

    /// Calls an operation by its name, also one that there is not.
    pub fn call(&mut self, operation: &str, request: &Value) -> Result<Value> {
        self.handle.call(operation, request)
    }

    /// What comes next.
    #[allow(clippy::should_implement_trait, reason = "it ends by an event, and fails")]
    pub fn next(&mut self) -> Result<HostEvent> {
        let plugin = self.handle.plugin.clone();
        let next = plugin.table.next.expect("the table has next");
        let mut event = MaybeUninit::<DativoEvent>::zeroed();
        answered(&plugin, |error| {
            // SAFETY: as the header says; a zeroed event is what the plugin expects.
            unsafe { next(self.handle.instance, event.as_mut_ptr(), error) }
        })?;
        // SAFETY: zeroes are a valid event, and so is what the plugin made of them.
        let mut event = unsafe { event.assume_init() };
        count_schema(&mut event.schema, &plugin.ledger);
        count_array(&mut event.array, &plugin.ledger);
        let DativoEvent { kind, header, schema, array } = event;
        let header = taken(&plugin, header);
        if kind == DATIVO_EVENT_END {
            return Ok(HostEvent::End);
        }
        let header: Value = serde_json::from_slice(&header).code(code::ABI_VIOLATION)?;
        if kind == DATIVO_EVENT_OBJECT {
            return Ok(HostEvent::Object(
                serde_json::from_value(header["object"].clone()).code(code::ABI_VIOLATION)?,
            ));
        }
        let object = header["object"].as_str().unwrap_or_default().to_owned();
        Ok(match kind {
            DATIVO_EVENT_BATCH => {
                if schema.release().is_some() {
                    self.schemas.insert(object.clone(), schema);
                }
                let known = self.schemas.get(&object);
                let known =
                    known.ok_or_else(|| Error::new(code::ABI_VIOLATION, "The first batch has no schema."))?;
                let count = |name: &str| header[name].as_u64().unwrap_or(0);
                HostEvent::Batch {
                    // SAFETY: whoever tests a plugin trusts its pointers.
                    data: unsafe { import_batch(known, array) }?,
                    filtered: count("filtered"),
                    deduplicated: count("deduplicated"),
                    object,
                }
            }
            DATIVO_EVENT_CHECKPOINT => HostEvent::Checkpoint { object, state: header["state"].clone() },
            DATIVO_EVENT_OBJECT_END => HostEvent::ObjectEnd { object },
            other => return Err(Error::new(code::ABI_VIOLATION, format!("There is no event {other}."))),
        })
    }

    /// Reads everything, and checks that objects, batches and positions come in the order that the contract asks for.
    pub fn read(&mut self, objects: &[&str], state: &Value) -> Result<Vec<ReadObject>> {
        self.extract(objects, state)?;
        let out_of_order = |what: String| Error::new(code::ABI_VIOLATION, what);
        let mut read: Vec<ReadObject> = Vec::new();
        let mut open: Option<ReadObject> = None;
        loop {
            let event = self.next()?;
            match (event, &mut open) {
                (HostEvent::Object(spec), None) => {
                    open = Some(ReadObject {
                        spec,
                        batches: Vec::new(),
                        checkpoints: Vec::new(),
                        filtered: 0,
                        deduplicated: 0,
                    });
                }
                (HostEvent::Batch { object, data, filtered, deduplicated }, Some(current))
                    if object == current.spec.name =>
                {
                    current.batches.push(data);
                    current.filtered += filtered;
                    current.deduplicated += deduplicated;
                }
                (HostEvent::Checkpoint { object, state }, Some(current)) if object == current.spec.name => {
                    current.checkpoints.push(state);
                }
                (HostEvent::ObjectEnd { object }, Some(current)) if object == current.spec.name => {
                    read.extend(open.take());
                }
                (HostEvent::End, None) => return Ok(read),
                (event, open) => {
                    let open = open.as_ref().map(|open| open.spec.name.as_str());
                    return Err(out_of_order(format!("{event:?} came while {open:?} was being read.")));
                }
            }
        }
    }

    /// Asks the reader to stop, from this thread or another: `std::thread::spawn(reader.canceller())`.
    pub fn canceller(&self) -> impl FnOnce() + Send + Clone + 'static {
        let canceller = self.handle.canceller();
        move || canceller.cancel()
    }

    /// What it has logged since the last time.
    pub fn take_logs(&mut self) -> Result<Vec<Value>> {
        self.handle.take_logs()
    }
}
