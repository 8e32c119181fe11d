//! Over many batches, everything that crosses is given back, however the stream ends, and memory stays flat.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use dativo_plugin::prelude::*;
use dativo_plugin::testing::{HostEvent, Library, V1Library};
use serde_json::{Value, json};

/// 10 000, unless `DATIVO_TEST_BATCHES` says otherwise: every instruction takes long under valgrind.
fn batches() -> i64 {
    std::env::var("DATIVO_TEST_BATCHES")
        .map_or(10_000, |count| count.parse().expect("DATIVO_TEST_BATCHES is a number"))
}

struct Many {
    next: i64,
    fail_at: i64,
    count: i64,
}

impl Reader for Many {
    type Config = Value;

    fn open(config: Value, _: &Context) -> Result<Self> {
        Ok(Self { next: 0, fail_at: config["fail_at"].as_i64().unwrap_or(i64::MAX), count: batches() })
    }

    fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> {
        if self.next == self.fail_at {
            return Err(Error::new(code::CONNECTION_FAILED, "gone"));
        }
        if self.next == self.count {
            return Ok(None);
        }
        self.next += 1;
        Ok(Some(Batch::arrow(batch(self.next)).checkpoint(self.next)))
    }
}

fn batch(start: i64) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(start..start + 64));
    let texts: ArrayRef =
        Arc::new(StringArray::from_iter_values((start..start + 64).map(|n| format!("row number {n}"))));
    RecordBatch::try_from_iter([("n", numbers), ("text", texts)]).unwrap()
}

struct Swallow;

impl Writer for Swallow {
    type Config = Value;

    fn open(_: Value, _: &Target, _: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn write(&mut self, batch: WriteBatch, _: &Context) -> Result<Written> {
        if batch.token == "fail" {
            return Err(Error::new(code::TARGET_FULL, "full"));
        }
        Ok(StagedFile::new("x", batch.data.num_rows() as u64).into())
    }

    fn commit(&mut self, request: &CommitRequest, _: &Context) -> Result<Committed> {
        Ok(Committed::all(&request.files))
    }

    fn abort(&mut self, _: &AbortRequest, _: &Context) -> Result<()> {
        Ok(())
    }
}

/// Kilobytes of memory in use; 0 where the system does not say.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Reads until something ends it, and hands each batch on.
fn run(config: &Value, stop_after: u64, cancel: bool, token: &str) {
    let (source, target) = (Library::reader::<Many>(), Library::writer::<Swallow>());
    let mut reader = source.open_reader(config).unwrap();
    let mut writer = target.open_writer(&json!({}), "/nowhere").unwrap();
    reader.extract(&["records"], &json!({})).unwrap();
    let (mut batches, mut early) = (0, 0);
    while batches < stop_after {
        match reader.next() {
            Ok(HostEvent::Batch { data, .. }) => {
                batches += 1;
                let _ = writer.write(&data, token);
            }
            Ok(HostEvent::End) | Err(_) => break,
            Ok(_) => {}
        }
        if cancel && batches == stop_after / 2 {
            reader.canceller()();
        }
        if batches == 1000 {
            early = resident();
        }
    }
    let grown = resident().saturating_sub(early);
    assert!(batches < 5_000 || grown < 16_000, "memory grew by {grown} kB over {batches} batches");
    drop((reader, writer));
    for library in [&source, &target] {
        library.ledger().assert_balanced();
        assert!(library.ledger().arrays().crossed >= batches, "{}", library.ledger());
    }
}

#[test]
fn ten_thousand_batches_balance_on_success() {
    run(&json!({}), u64::MAX, false, "t");
}

#[test]
fn and_when_the_reader_fails() {
    run(&json!({"fail_at": batches() - 1}), u64::MAX, false, "t");
}

#[test]
fn and_when_the_writer_fails() {
    run(&json!({}), u64::MAX, false, "fail");
}

#[test]
fn and_when_it_is_cancelled() {
    run(&json!({}), batches() as u64 * 6 / 10, true, "t");
}

#[test]
fn and_when_the_stream_is_abandoned() {
    run(&json!({}), batches() as u64 * 7 / 10, false, "t");
}

#[test]
fn abi_1_balances_too() {
    let (source, target) = (V1Library::reader::<Many>(), V1Library::writer::<Swallow>());
    let mut reader = source.create_reader(&json!({})).unwrap();
    let mut writer = target.create_writer(&json!({"asset_name": "a"})).unwrap();
    let count = batches().min(200);
    for _ in 0..count {
        let records = reader.extract_batch().unwrap().unwrap();
        writer.write_batch(&json!({"records": records, "file_counter": 0})).unwrap();
    }
    drop((reader, writer));
    source.ledger().assert_balanced();
    target.ledger().assert_balanced();
    assert_eq!(source.ledger().strings().crossed, count as u64);
}
