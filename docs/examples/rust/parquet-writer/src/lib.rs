//! Writes Parquet files: staged beside the target, and moved into place by the commit.
#![forbid(unsafe_code)]

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use dativo_plugin::arrow_schema::SchemaRef;
use dativo_plugin::prelude::*;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
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

#[derive(Clone, Copy, Deserialize)]
#[serde(default)]
struct Options {
    compression: Codec,
    /// Number of records in a row group.
    row_group_rows: usize,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Codec {
    Snappy,
    None,
}

impl Default for Options {
    fn default() -> Self {
        Self { compression: Codec::Snappy, row_group_rows: 122_880 }
    }
}

struct ParquetWriter {
    options: Options,
    staging: Staging,
    open: Option<OpenFile>,
}

/// The file that batches go into until the commit, or until the columns change.
struct OpenFile {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<File>,
    records: u64,
}

impl Writer for ParquetWriter {
    type Config = Config;

    fn spec() -> Spec {
        Spec::new().idempotent_commit()
    }

    fn open(config: Config, target: &Target, ctx: &Context) -> Result<Self> {
        let options = config.engine.options;
        if options.row_group_rows == 0 {
            let message = "target.engine.options.row_group_rows: must be at least 1.";
            return Err(Error::new(code::CONFIGURATION_ERROR, message));
        }
        Ok(Self { options, staging: Staging::new(target, ctx), open: None })
    }

    fn write(&mut self, batch: WriteBatch, _ctx: &Context) -> Result<Written> {
        let schema = batch.data.schema();
        let mut written = Written::nothing_yet();
        if self.open.as_ref().is_some_and(|open| open.schema != schema) {
            written = self.finished()?;
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                none.insert(OpenFile::create(&mut self.staging, batch.file_counter, schema, self.options)?)
            }
        };
        open.writer.write(&batch.data)?;
        open.records += batch.data.num_rows() as u64;
        Ok(written)
    }

    fn flush(&mut self, _token: &str, _ctx: &Context) -> Result<Written> {
        self.finished()
    }

    fn commit(&mut self, request: &CommitRequest, _ctx: &Context) -> Result<Committed> {
        self.staging.publish(&request.files)
    }

    fn abort(&mut self, request: &AbortRequest, _ctx: &Context) -> Result<()> {
        if let Some(open) = self.open.take() {
            drop(open.writer);
            std::fs::remove_file(open.path)?;
        }
        self.staging.discard(request)
    }
}

impl ParquetWriter {
    /// Ends the open file and makes it durable.
    fn finished(&mut self) -> Result<Written> {
        let Some(open) = self.open.take() else { return Ok(Written::nothing_yet()) };
        let file = open.writer.into_inner()?;
        file.sync_all().code(code::TARGET_UNWRITABLE)?;
        let bytes = file.metadata()?.len();
        Ok(StagedFile::new(open.path.to_string_lossy(), open.records).size_bytes(bytes).into())
    }
}

impl OpenFile {
    fn create(staging: &mut Staging, file_counter: u64, schema: SchemaRef, options: Options) -> Result<Self> {
        let (path, file) = staging.create(file_counter, "parquet")?;
        let compression = match options.compression {
            Codec::Snappy => Compression::SNAPPY,
            Codec::None => Compression::UNCOMPRESSED,
        };
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_max_row_group_row_count(Some(options.row_group_rows))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))?;
        Ok(Self { path, schema, writer, records: 0 })
    }
}

dativo_plugin::export_writer!(ParquetWriter);

#[cfg(test)]
mod tests;
