use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::File;
use std::path::PathBuf;

use dativo_plugin::prelude::*;
use dativo_plugin::serde_json::{Value, json};

/// The `source` of a job.
#[derive(Deserialize)]
pub(crate) struct Config {
    pub(crate) files: Vec<CsvFile>,
    #[serde(default)]
    pub(crate) engine: Engine,
}

/// One entry of `source.files`.
#[derive(Clone, Deserialize)]
pub(crate) struct CsvFile {
    /// Where it is; relative paths start at the project's folder.
    pub(crate) path: PathBuf,
    /// Name of the object that its records belong to.
    pub(crate) object: String,
    /// Types of columns, as text; the others are found from the records.
    #[serde(default)]
    pub(crate) columns: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Engine {
    #[serde(default)]
    pub(crate) options: Options,
}

#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct Options {
    /// What stands between two values.
    delimiter: String,
    /// Number of records in a batch.
    pub(crate) batch_rows: usize,
    /// Number of records that types are found from.
    pub(crate) infer_rows: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { delimiter: ",".into(), batch_rows: 32_768, infer_rows: 10_000 }
    }
}

impl Options {
    pub(crate) fn delimiter(&self) -> Result<u8> {
        match self.delimiter.as_bytes() {
            [byte] => Ok(*byte),
            _ => {
                let message = "source.engine.options.delimiter: must be one ASCII character.";
                Err(Error::new(code::CONFIGURATION_ERROR, message))
            }
        }
    }
}

impl CsvFile {
    pub(crate) fn opened(&self) -> Result<File> {
        File::open(&self.path).while_doing(self.path.display()).code(code::SOURCE_UNREADABLE)
    }

    pub(crate) fn unreadable(&self, error: impl Display) -> Error {
        Error::new(code::SOURCE_UNREADABLE, format!("{}: {error}", self.path.display()))
            .hint("If a value does not fit the type that was found, declare its column under source.files[].columns.")
            .detail("object", self.object.as_str())
    }
}

pub(crate) fn json_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "engine": {"properties": {"options": {
                "type": "object",
                "properties": {
                    "delimiter": {"type": "string", "default": ",", "description": "What stands between two values."},
                    "batch_rows": {"type": "integer", "minimum": 1, "default": 32768},
                    "infer_rows": {"type": "integer", "minimum": 1, "default": 10000},
                },
            }}},
        },
    })
}
