//! A writer for tests and measurements: JSON Lines, one file a commit, or nothing but a count.
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use dativo_plugin::arrow_array::cast::AsArray;
use dativo_plugin::arrow_array::types::Int64Type;
use dativo_plugin::arrow_schema::DataType;
use dativo_plugin::prelude::*;
use serde_json::value::RawValue;
use staging::Staging;

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    engine: Engine,
}

#[derive(Default, Deserialize)]
struct Engine {
    #[serde(default)]
    options: Options,
}

#[derive(Default, Deserialize)]
struct Options {
    /// `jsonl` writes files; `count` adds the integers up, and keeps nothing.
    #[serde(default)]
    format: Format,
    /// Longest line that is stored; records whose line is longer are rejected.
    max_line_bytes: Option<usize>,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Jsonl,
    Count,
}

struct Sink {
    format: Format,
    max_line_bytes: usize,
    staging: Staging,
    open: Option<Lines>,
}

/// The file of the commit under way.
struct Lines {
    path: PathBuf,
    out: BufWriter<File>,
    records: u64,
}

impl Writer for Sink {
    type Config = Config;

    fn spec() -> Spec {
        Spec::new().idempotent_commit()
    }

    fn open(config: Config, target: &Target, ctx: &Context) -> Result<Self> {
        let Options { format, max_line_bytes } = config.engine.options;
        let max_line_bytes = max_line_bytes.unwrap_or(usize::MAX);
        Ok(Self { format, max_line_bytes, staging: Staging::new(target, ctx), open: None })
    }

    fn write(&mut self, batch: WriteBatch, _ctx: &Context) -> Result<Written> {
        let records = batch.data.num_rows() as u64;
        if self.format == Format::Count {
            let receipt = format!("count:{}:{}", batch.token, batch.file_counter);
            return Ok(StagedFile::new(receipt, records).with("sum", sum_of_integers(&batch)).into());
        }
        let rows: Vec<Box<RawValue>> = batch.rows()?;
        if self.open.is_none() {
            let (path, file) = self.staging.create(batch.file_counter, "jsonl")?;
            self.open = Some(Lines { path, out: BufWriter::new(file), records: 0 });
        }
        let lines = self.open.as_mut().expect("it was just opened");
        let mut rejected = Vec::new();
        for (index, row) in rows.iter().map(|row| row.get()).enumerate() {
            if row.len() > self.max_line_bytes {
                rejected.push(Rejected::new(index as u64, "line_too_long"));
                continue;
            }
            lines.out.write_all(row.as_bytes())?;
            lines.out.write_all(b"\n")?;
        }
        lines.records += records - rejected.len() as u64;
        Ok(Written { files: Vec::new(), rejected })
    }

    fn flush(&mut self, _token: &str, _ctx: &Context) -> Result<Written> {
        let Some(lines) = self.open.take() else { return Ok(Written::nothing_yet()) };
        let file = lines.out.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        Ok(StagedFile::new(lines.path.to_string_lossy(), lines.records).size_bytes(bytes).into())
    }

    fn commit(&mut self, request: &CommitRequest, _ctx: &Context) -> Result<Committed> {
        match self.format {
            Format::Jsonl => self.staging.publish(&request.files),
            Format::Count => Ok(Committed::all(&request.files)),
        }
    }

    fn abort(&mut self, request: &AbortRequest, _ctx: &Context) -> Result<()> {
        if let Some(lines) = self.open.take() {
            std::fs::remove_file(lines.path)?;
        }
        match self.format {
            Format::Jsonl => self.staging.discard(request),
            Format::Count => Ok(()),
        }
    }
}

/// Looks at every integer, so that a measurement is of more than passing pointers on.
fn sum_of_integers(batch: &WriteBatch) -> i64 {
    let integers = batch.data.columns().iter().filter(|column| column.data_type() == &DataType::Int64);
    let values = integers.flat_map(|column| column.as_primitive::<Int64Type>().values().iter());
    values.fold(0i64, |sum, value| sum.wrapping_add(*value))
}

dativo_plugin::export_writer!(Sink);
