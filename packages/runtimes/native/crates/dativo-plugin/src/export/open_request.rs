use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::{Context, Run};
use crate::instance::Shared;
use crate::{Error, Result, Target, code};

/// How a reader is opened.
#[derive(Deserialize)]
pub(super) struct ReaderOpen {
    pub(super) config: Value,
    #[serde(default)]
    run: Run,
    #[serde(default)]
    project_root: PathBuf,
    #[serde(default = "unnamed")]
    pub(super) default_object: String,
}

/// How a writer is opened.
#[derive(Deserialize)]
pub(super) struct WriterOpen {
    pub(super) config: Value,
    #[serde(default)]
    run: Run,
    #[serde(default)]
    project_root: PathBuf,
    #[serde(flatten)]
    pub(super) target: Target,
}

fn unnamed() -> String {
    "records".into()
}

impl ReaderOpen {
    pub(super) fn context(&mut self, shared: Arc<Shared>) -> Context {
        Context {
            shared,
            run: std::mem::take(&mut self.run),
            project_root: std::mem::take(&mut self.project_root),
        }
    }
}

impl WriterOpen {
    pub(super) fn context(&mut self, shared: Arc<Shared>) -> Context {
        Context {
            shared,
            run: std::mem::take(&mut self.run),
            project_root: std::mem::take(&mut self.project_root),
        }
    }
}

/// Reads a request of the host.
pub(super) fn request<T: DeserializeOwned>(call: &str, json: &[u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| {
        Error::new(
            code::ABI_VIOLATION,
            format!("The request of {call} is not of the expected shape: {error}."),
        )
    })
}

/// Reads the author's configuration; what is wrong with it is named by its key path.
pub(super) fn configuration<C: DeserializeOwned>(side: &str, config: &Value) -> Result<C> {
    serde_path_to_error::deserialize(config).map_err(|error| {
        let path = match error.path().to_string().as_str() {
            "." => side.to_owned(),
            path => format!("{side}.{path}"),
        };
        let message = format!("{path}: {}.", error.inner());
        Error::new(code::CONFIGURATION_ERROR, message).detail("path", path)
    })
}
