use std::sync::Arc;

use arrow_array::RecordBatch;
use serde::Deserialize;

use crate::context::Context;
use crate::field_type::TableSchema;
use crate::instance::{Operations, Shared};
use crate::{AbortRequest, CommitRequest, Error, Result, WriteBatch, Writer, code};

use super::open_request::{WriterOpen, configuration, request};

/// Opens a writer.
pub(super) fn open<W: Writer>(json: &[u8], shared: Arc<Shared>) -> Result<Box<dyn Operations>> {
    let mut open: WriterOpen = request("open", json)?;
    let context = open.context(shared);
    let writer = W::open(configuration("target", &open.config)?, &open.target, &context)?;
    Ok(Box::new(WriterInstance { writer, context }))
}

struct WriterInstance<W> {
    writer: W,
    context: Context,
}

#[derive(Deserialize)]
struct WriteRequest {
    schema: Option<TableSchema>,
    #[serde(default)]
    file_counter: u64,
    token: String,
}

#[derive(Deserialize)]
struct FlushRequest {
    token: String,
}

impl<W: Writer> Operations for WriterInstance<W> {
    fn call(&mut self, operation: &str, json: &[u8]) -> Result<Vec<u8>> {
        let Self { writer, context } = self;
        Ok(match operation {
            "check" => serde_json::to_vec(&writer.check(context)?)?,
            "flush" => {
                let asked: FlushRequest = request(operation, json)?;
                serde_json::to_vec(&writer.flush(&asked.token, context)?)?
            }
            "commit" => {
                let asked: CommitRequest = request(operation, json)?;
                serde_json::to_vec(&writer.commit(&asked, context)?)?
            }
            "abort" => {
                let asked: AbortRequest = request(operation, json)?;
                writer.abort(&asked, context)?;
                b"null".to_vec()
            }
            other => {
                return Err(Error::new(code::ABI_VIOLATION, format!("A writer has no operation {other:?}.")));
            }
        })
    }

    fn write(&mut self, json: &[u8], data: RecordBatch) -> Result<Vec<u8>> {
        let asked: WriteRequest = request("write", json)?;
        let schema = match asked.schema {
            Some(schema) => schema,
            None => TableSchema::from_arrow(&data.schema())?,
        };
        let batch = WriteBatch { data, schema, file_counter: asked.file_counter, token: asked.token };
        Ok(serde_json::to_vec(&self.writer.write(batch, &self.context)?)?)
    }
}
