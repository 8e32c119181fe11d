use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::instance::Shared;
use crate::logging::{LogLevel, LogRecord};
use crate::{Error, Result, code};

/// The run that an instance works for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Run {
    /// Unique to the run.
    pub id: String,
    /// Name of the job.
    pub job: String,
}

/// What surrounds a reader or writer: how it logs, when it must stop, and on behalf of which run it works.
///
/// ```
/// # use dativo_plugin::prelude::*;
/// # fn pages(ctx: &Context) -> Result<()> {
/// while !ctx.is_cancelled() {
///     ctx.debug("another page");
///     # break;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    pub(crate) shared: Arc<Shared>,
    pub(crate) run: Run,
    pub(crate) project_root: PathBuf,
}

impl Context {
    /// Whether the run was cancelled. A plugin that sees this stops within a second, and may return anything.
    pub fn is_cancelled(&self) -> bool {
        self.shared.is_cancelled()
    }

    /// Fails with `INTERRUPTED` once the run was cancelled: `ctx.check_cancelled()?` between two steps.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::new(code::INTERRUPTED, "The run was cancelled."));
        }
        Ok(())
    }

    /// The run that the instance works for.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Folder that relative paths of the job start at.
    pub fn project_root(&self) -> &Path {
        &self.project_root
    }

    /// A path as the job writes it: a relative one starts at the project's folder.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.project_root.join(path)
    }

    /// Writes a record into the host's log. It must hold no secret that the job does not name as one.
    pub fn log(&self, level: LogLevel, message: impl Into<String>, fields: Map<String, Value>) {
        self.shared.log(LogRecord { level, message: message.into(), fields });
    }

    /// Logs what helps to find a mistake.
    pub fn debug(&self, message: impl Into<String>) {
        self.log(LogLevel::Debug, message, Map::new());
    }

    /// Logs what a person who runs the job may want to know.
    pub fn info(&self, message: impl Into<String>) {
        self.log(LogLevel::Info, message, Map::new());
    }

    /// Logs something odd that did not stop the run.
    pub fn warn(&self, message: impl Into<String>) {
        self.log(LogLevel::Warn, message, Map::new());
    }

    /// Logs something that failed.
    pub fn error(&self, message: impl Into<String>) {
        self.log(LogLevel::Error, message, Map::new());
    }
}
