//! Reads CSV files into Arrow columns, and goes on where it was: a position is an offset in bytes.
#![forbid(unsafe_code)]

mod columns;
mod config;

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::sync::Arc;

use arrow_csv::ReaderBuilder;
use arrow_csv::reader::Decoder;
use dativo_plugin::arrow_schema::SchemaRef;
use dativo_plugin::prelude::*;
use dativo_plugin::{DiscoveredColumn, DiscoveredObject, Discovery, TableSchema};

use columns::columns_of;
use config::{Config, CsvFile};

/// Bytes read at once.
const BUFFER_BYTES: usize = 1 << 20;

struct CsvReader {
    config: Config,
    open: Option<OpenFile>,
}

/// The file that is being read.
struct OpenFile {
    file: CsvFile,
    lines: BufReader<File>,
    decoder: Decoder,
    /// Bytes up to the end of the last record that was handed over.
    offset: u64,
}

/// Where a file was left.
#[derive(Serialize, Deserialize)]
struct Position {
    offset: u64,
}

impl Reader for CsvReader {
    type Config = Config;

    fn spec() -> Spec {
        Spec::new().config_schema(config::json_schema())
    }

    fn open(mut config: Config, ctx: &Context) -> Result<Self> {
        for file in &mut config.files {
            file.path = ctx.path(&file.path);
        }
        Ok(Self { config, open: None })
    }

    fn check(&mut self, _ctx: &Context) -> Result<Check> {
        for file in &self.config.files {
            if let Err(error) = columns_of(file, &self.config.engine.options) {
                return Ok(Check::failed(error.code(), error.message()));
            }
        }
        Ok(Check::ok(format!("{} files can be read.", self.config.files.len())))
    }

    fn discover(&mut self, _ctx: &Context) -> Result<Discovery> {
        let mut found = Discovery::default();
        for file in &self.config.files {
            let schema = columns_of(file, &self.config.engine.options)?;
            found.objects.push(DiscoveredObject {
                name: file.object.clone(),
                object_type: "file".into(),
                description: Some(file.path.display().to_string()),
                columns: Some(schema.fields.into_iter().map(described).collect()),
                key: None,
                cursor: None,
            });
        }
        Ok(found)
    }

    fn begin(&mut self, object: &ObjectRequest, _ctx: &Context) -> Result<ObjectSpec> {
        let file = self.config.files.iter().find(|file| file.object == object.name).cloned();
        let file = file.ok_or_else(|| {
            let message = format!("No file is named for the object {:?}.", object.name);
            Error::new(code::OBJECT_NOT_FOUND, message).hint("Add it under source.files.")
        })?;
        let schema = columns_of(&file, &self.config.engine.options)?;
        let position: Option<Position> = object.position()?;
        self.open = Some(self.opened(file, &schema, position)?);
        Ok(ObjectSpec::new(&object.name).schema(schema).incremental())
    }

    fn next_batch(&mut self, _ctx: &Context) -> Result<Option<Batch>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        open.next_batch()
    }
}

impl CsvReader {
    fn opened(&self, file: CsvFile, schema: &TableSchema, position: Option<Position>) -> Result<OpenFile> {
        let options = &self.config.engine.options;
        let mut lines = file.opened()?;
        let offset = position.map_or(0, |position| position.offset);
        let size = lines.metadata().code(code::SOURCE_UNREADABLE)?.len();
        if offset > size {
            let message =
                format!("{} has {size} bytes, and was read up to {offset} before.", file.path.display());
            return Err(Error::new(code::POSITION_INVALID, message));
        }
        lines.seek(SeekFrom::Start(offset)).code(code::SOURCE_UNREADABLE)?;
        let schema: SchemaRef = Arc::new(schema.to_arrow());
        let decoder = ReaderBuilder::new(schema)
            .with_header(offset == 0)
            .with_delimiter(options.delimiter()?)
            .with_batch_size(options.batch_rows)
            .build_decoder();
        Ok(OpenFile { file, lines: BufReader::with_capacity(BUFFER_BYTES, lines), decoder, offset })
    }
}

impl OpenFile {
    fn next_batch(&mut self) -> Result<Option<Batch>> {
        loop {
            let bytes =
                self.lines.fill_buf().while_doing(self.file.path.display()).code(code::SOURCE_UNREADABLE)?;
            let at_end = bytes.is_empty();
            let taken = self.decoder.decode(bytes).map_err(|error| self.file.unreadable(error))?;
            self.lines.consume(taken);
            self.offset += taken as u64;
            // It stops early only when the batch is full, right after the last record of it.
            if self.decoder.capacity() > 0 && !at_end {
                continue;
            }
            let records = self.decoder.flush().map_err(|error| self.file.unreadable(error))?;
            return Ok(
                records.map(|records| Batch::arrow(records).checkpoint(Position { offset: self.offset }))
            );
        }
    }
}

fn described(field: dativo_plugin::Field) -> DiscoveredColumn {
    DiscoveredColumn {
        field_type: field.field_type.to_string(),
        name: field.name,
        required: field.required.then_some(true),
        description: field.description,
    }
}

dativo_plugin::export_reader!(CsvReader);

#[cfg(test)]
mod tests;
