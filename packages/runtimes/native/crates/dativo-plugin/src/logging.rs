//! Log records on their way to the host.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Once, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::instance::Shared;

/// How severe a log record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// What helps to find a mistake.
    Debug,
    /// What a person who runs the job may want to know.
    Info,
    /// Something odd that did not stop the run.
    Warn,
    /// Something that failed.
    Error,
}

/// One record.
#[derive(Debug, Serialize)]
pub(crate) struct LogRecord {
    pub(crate) level: LogLevel,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) fields: Map<String, Value>,
}

/// Records kept until the host takes them; more than this, and later ones are counted instead.
const MAX_WAITING: usize = 10_000;

/// Records that wait for the host.
#[derive(Debug, Default)]
pub(crate) struct LogBuffer {
    waiting: VecDeque<LogRecord>,
    left_out: usize,
}

impl LogBuffer {
    pub(crate) fn push(&mut self, record: LogRecord) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(record);
        } else {
            self.left_out += 1;
        }
    }

    /// Takes all, as one JSON object a line.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let mut lines = Vec::new();
        let left_out = std::mem::take(&mut self.left_out);
        let note = (left_out > 0).then(|| LogRecord {
            level: LogLevel::Warn,
            message: format!(
                "{left_out} more log records came faster than the host took them, and were left out."
            ),
            fields: Map::new(),
        });
        for record in self.waiting.drain(..).chain(note) {
            serde_json::to_writer(&mut lines, &record).expect("a log record is made of what JSON can hold");
            lines.push(b'\n');
        }
        lines
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Shared>>> = const { RefCell::new(None) };
}

/// Records of threads that the author started, which belong to no instance in particular.
static STRAY: Mutex<Option<LogBuffer>> = Mutex::new(None);

/// Runs a call of an instance; what it logs through the `log` crate belongs to the instance.
pub(crate) fn logging_to<T>(shared: &Arc<Shared>, run: impl FnOnce() -> T) -> T {
    /// Puts the logger of the outer call back, also when the call panics.
    struct Restore(Option<Arc<Shared>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    install();
    let _restore = Restore(CURRENT.replace(Some(shared.clone())));
    run()
}

/// Takes what threads without an instance have logged.
pub(crate) fn take_stray() -> Vec<u8> {
    let mut stray = STRAY.lock().unwrap_or_else(PoisonError::into_inner);
    stray.as_mut().map(LogBuffer::take).unwrap_or_default()
}

/// Hands the records of the `log` crate to the host, unless the author has installed another logger.
fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        if log::set_logger(&HostLogger).is_ok() {
            log::set_max_level(log::LevelFilter::Debug);
        }
    });
}

struct HostLogger;

impl log::Log for HostLogger {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() <= log::Level::Debug
    }

    fn log(&self, record: &log::Record) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = match record.level() {
            log::Level::Error => LogLevel::Error,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Info => LogLevel::Info,
            log::Level::Debug => LogLevel::Debug,
            log::Level::Trace => LogLevel::Trace,
        };
        let fields = Map::from_iter([("target".into(), Value::from(record.target()))]);
        let record = LogRecord { level, message: record.args().to_string(), fields };
        // A record of a thread that is ending comes when its thread-local values are gone already.
        match CURRENT.try_with(|current| current.borrow().clone()) {
            Ok(Some(shared)) => shared.log(record),
            _ => {
                let mut stray = STRAY.lock().unwrap_or_else(PoisonError::into_inner);
                stray.get_or_insert_default().push(record);
            }
        }
    }

    fn flush(&self) {}
}
