//! An open reader or writer, as both ABIs see it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use serde_json::Value;

use crate::logging::{LogBuffer, LogRecord, logging_to, take_stray};
use crate::panic_guard::catch;
use crate::{Error, ObjectSpec, Result, code};

/// What a reader hands over, in order.
#[derive(Debug)]
pub(crate) enum Event {
    Object(ObjectSpec),
    Batch {
        object: String,
        filtered: u64,
        deduplicated: u64,
        batch: RecordBatch,
        schema: Option<SchemaRef>,
        /// The position after the batch, when the host takes both at once.
        state: Option<Value>,
    },
    Checkpoint {
        object: String,
        state: Value,
    },
    ObjectEnd {
        object: String,
    },
    End,
}

/// The operations of a reader or writer, requests and answers in JSON.
pub(crate) trait Operations: Send {
    fn call(&mut self, operation: &str, request: &[u8]) -> Result<Vec<u8>>;

    fn next(&mut self) -> Result<Event> {
        Err(Error::new(code::ABI_VIOLATION, "A writer was asked for what only readers do."))
    }

    fn write(&mut self, request: &[u8], batch: RecordBatch) -> Result<Vec<u8>> {
        let _ = (request, batch);
        Err(Error::new(code::ABI_VIOLATION, "A reader was asked for what only writers do."))
    }
}

/// What threads share while others are in a call.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    cancelled: AtomicBool,
    logs: Mutex<LogBuffer>,
    /// ABI 1 has no way for log records but standard error.
    to_stderr: bool,
}

impl Shared {
    pub(crate) fn for_v1() -> Self {
        Self { to_stderr: true, ..Self::default() }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn log(&self, record: LogRecord) {
        if self.to_stderr {
            return eprintln!("{:?}: {}", record.level, record.message);
        }
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).push(record);
    }

    pub(crate) fn take_logs(&self) -> Vec<u8> {
        let mut lines = self.logs.lock().unwrap_or_else(PoisonError::into_inner).take();
        lines.extend(take_stray());
        lines
    }
}

/// An open reader or writer. Whatever happens in it, a call returns.
pub(crate) struct Instance {
    shared: Arc<Shared>,
    guarded: Mutex<Guarded>,
}

struct Guarded {
    operations: Box<dyn Operations>,
    /// A panic may have left it half-way through something.
    panicked: bool,
}

impl Instance {
    /// Opens one.
    pub(crate) fn open(
        shared: Arc<Shared>,
        open: impl FnOnce(Arc<Shared>) -> Result<Box<dyn Operations>>,
    ) -> Result<Self> {
        let opened = logging_to(&shared, || catch(|| open(shared.clone())));
        let operations = opened.unwrap_or_else(|panic| Err(panic.into_error("open")))?;
        Ok(Self { shared, guarded: Mutex::new(Guarded { operations, panicked: false }) })
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Runs one call. After a panic only `abort` is still carried out, because it tidies up.
    pub(crate) fn run<T>(&self, call: &str, run: impl FnOnce(&mut dyn Operations) -> Result<T>) -> Result<T> {
        let mut guarded = match self.guarded.try_lock() {
            Ok(guarded) => guarded,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let message = format!("{call} was called while another call of the instance was running.");
                return Err(Error::new(code::ABI_VIOLATION, message));
            }
        };
        let guarded = &mut *guarded;
        if guarded.panicked && call != "abort" {
            let message = format!("{call} was called after the plugin panicked.");
            return Err(Error::new(code::ABI_VIOLATION, message));
        }
        logging_to(&self.shared, || catch(|| run(guarded.operations.as_mut()))).unwrap_or_else(|panic| {
            guarded.panicked = true;
            Err(panic.into_error(call))
        })
    }

    /// Closes it. There is nobody to tell of a panic but whoever reads standard error.
    pub(crate) fn close(self) {
        let Self { shared, guarded } = self;
        if let Err(panic) = logging_to(&shared, || catch(|| drop(guarded))) {
            eprintln!("{}", panic.into_error("close"));
        }
    }
}
