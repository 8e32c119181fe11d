//! A reader that does what no reader should, once it has handed over some batches: what a host must survive.

use std::sync::Arc;
use std::time::Duration;

use dativo_plugin::arrow_array::builder::Int64Builder;
use dativo_plugin::arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use dativo_plugin::prelude::*;
use dativo_plugin::serde_json::json;

#[derive(Deserialize)]
struct Config {
    connection: Connection,
}

#[derive(Deserialize)]
struct Connection {
    misbehave: Misbehaviour,
    /// In which call.
    #[serde(default, rename = "in")]
    call: Call,
    /// Good batches before it, in `next`.
    #[serde(default = "two")]
    after: u64,
}

fn two() -> u64 {
    2
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Misbehaviour {
    /// The crate makes an error of it.
    Panic,
    /// What a panic is to a library that catches none.
    Abort,
    Segfault,
    /// Neither goes on nor stops when it is told to.
    Hang,
    /// Ends the whole process.
    Exit,
    /// Keeps a megabyte of each batch for ever, and never ends.
    Leak,
    /// Hands over text that is not UTF-8.
    InvalidUtf8,
    /// Hands over the same batch for ever.
    Repeat,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Call {
    Open,
    Check,
    #[default]
    Next,
    Close,
}

struct Misbehaves {
    connection: Connection,
    batches: u64,
}

impl Misbehaves {
    /// Does it, if this is the call.
    fn fall(&self, call: Call) {
        if call != self.connection.call {
            return;
        }
        match self.connection.misbehave {
            Misbehaviour::Panic => panic!("this reader panics in its batch {}", self.batches),
            Misbehaviour::Abort => std::process::abort(),
            Misbehaviour::Segfault => segfault(),
            Misbehaviour::Hang => hang(),
            Misbehaviour::Exit => std::process::exit(7),
            Misbehaviour::Leak | Misbehaviour::InvalidUtf8 | Misbehaviour::Repeat => {}
        }
    }
}

fn segfault() {
    eprintln!("about to write where nothing is");
    // SAFETY: none. That is the point.
    unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(1) }
}

fn hang() {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

impl Reader for Misbehaves {
    type Config = Config;

    fn open(config: Config, _ctx: &Context) -> Result<Self> {
        let opened = Self { connection: config.connection, batches: 0 };
        opened.fall(Call::Open);
        Ok(opened)
    }

    fn check(&mut self, _ctx: &Context) -> Result<Check> {
        self.fall(Call::Check);
        Ok(Check::ok("So far, so good."))
    }

    fn next_batch(&mut self, _ctx: &Context) -> Result<Option<Batch>> {
        let Connection { misbehave, call, after } = self.connection;
        if self.batches >= after {
            self.fall(Call::Next);
            match misbehave {
                Misbehaviour::Leak => {
                    // The compiler would leave an allocation out that nobody looks at.
                    std::hint::black_box(Box::leak(vec![1u8; 1 << 20].into_boxed_slice()));
                }
                Misbehaviour::InvalidUtf8 => return Ok(Some(Batch::arrow(not_utf8()?))),
                Misbehaviour::Repeat => {
                    return Ok(Some(Batch::rows(vec![json!({"id": 1, "name": "Record 1"})])));
                }
                _ if call != Call::Next => return Ok(None),
                _ => {}
            }
        }
        let start = self.batches as i64 * 100;
        self.batches += 1;
        let mut ids = Int64Builder::new();
        ids.extend((start..start + 100).map(Some));
        let names = StringArray::from_iter_values((start..start + 100).map(|id| format!("Record {id}")));
        Ok(Some(Batch::arrow(table(Arc::new(ids.finish()), names)?).checkpoint(self.batches)))
    }
}

impl Drop for Misbehaves {
    fn drop(&mut self) {
        self.fall(Call::Close);
    }
}

fn table(ids: ArrayRef, names: StringArray) -> Result<RecordBatch> {
    Ok(RecordBatch::try_from_iter([("id", ids), ("name", Arc::new(names) as ArrayRef)])?)
}

fn not_utf8() -> Result<RecordBatch> {
    let good = StringArray::from(vec!["Record 1", "Z\u{fc}rich"]);
    let (offsets, values, nulls) = good.into_parts();
    let mut bytes = values.to_vec();
    bytes[0] = 0xff;
    // SAFETY: none. That is the point.
    let bad = unsafe { StringArray::new_unchecked(offsets, bytes.into(), nulls) };
    let mut ids = Int64Builder::new();
    ids.extend((0..bad.len() as i64).map(Some));
    table(Arc::new(ids.finish()), bad)
}

dativo_plugin::export_reader!(Misbehaves);
