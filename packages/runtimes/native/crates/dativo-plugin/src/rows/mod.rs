//! Serde rows to Arrow columns and back, without losing what a value holds.

mod column;
mod column_serializer;
mod decimal_text;
mod inference;
mod json_writer;
mod members;
mod misfit;
mod time_text;

use arrow_array::RecordBatch;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arrow_types::is_json;
use crate::field_type::TableSchema;
use crate::{Error, Result, code};

use inference::Inference;
pub(crate) use json_writer::write_json;
use members::{Members, RowSerializer};

/// The columns that rows are packed into.
pub(crate) enum RowSchema {
    /// Declared: a value that does not fit is an error.
    Declared(TableSchema),
    /// Found from the rows: a value that does not fit widens the column.
    Inferred(Inference),
}

impl RowSchema {
    pub(crate) fn inferred() -> Self {
        Self::Inferred(Inference::default())
    }
}

/// Packs rows into columns. None when the columns are to be found from the rows, and there is no row.
pub(crate) fn encode_rows<T: Serialize>(rows: &[T], schema: &mut RowSchema) -> Result<Option<RecordBatch>> {
    loop {
        let mut members = match schema {
            RowSchema::Declared(schema) => Members::declared(&schema.fields, rows.len()),
            RowSchema::Inferred(_) if rows.is_empty() => return Ok(None),
            RowSchema::Inferred(inference) => inference.members(rows.len()),
        };
        let failed = rows.iter().enumerate().find_map(|(index, row)| {
            let packed = row.serialize(RowSerializer(&mut members));
            packed.err().map(|misfit| (index, misfit))
        });
        match (failed, &mut *schema) {
            (None, RowSchema::Declared(schema)) => {
                return members.finish_batch(schema.to_arrow(), rows.len()).map(Some);
            }
            (None, RowSchema::Inferred(inference)) => {
                let found = inference.learn(&members);
                return members.finish_batch(found.to_arrow(), rows.len()).map(Some);
            }
            (Some((_, misfit)), RowSchema::Inferred(inference)) if misfit.widens() => {
                inference.widen(&misfit)
            }
            (Some((index, misfit)), _) => return Err(misfit.into_error(index)),
        }
    }
}

/// Unpacks columns into rows.
pub(crate) fn decode_rows<T: DeserializeOwned>(batch: &RecordBatch) -> Result<Vec<T>> {
    let mut text = Vec::new();
    write_json(batch, &mut text)?;
    let mut json = serde_json::Deserializer::from_slice(&text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let message = format!(
            "A record does not fit the type that it is read into: {} at {}.",
            error.inner(),
            error.path()
        );
        Error::new(code::COERCION_LOSSY, message).hint("Widen the type in the plugin.")
    })
}
