use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Arc;

use serde_json::Value;

use crate::abi::{DATIVO_OK, DativoBuffer};
use crate::{Error, Result, ResultExt, code};

use super::library::Plugin;

/// An open instance of a plugin.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) plugin: Arc<Plugin>,
    pub(super) instance: *mut c_void,
}

// SAFETY: the ABI allows that calls come from different threads.
unsafe impl Send for Handle {}

/// What cancels an instance from another thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canceller {
    cancel: unsafe extern "C" fn(*mut c_void),
    instance: *mut c_void,
}

// SAFETY: the ABI allows that cancelling comes from any thread.
unsafe impl Send for Canceller {}

impl Canceller {
    pub(super) fn cancel(self) {
        // SAFETY: as the header says.
        unsafe { (self.cancel)(self.instance) }
    }
}

/// Copies a buffer of the plugin, and gives it back.
pub(super) fn taken(plugin: &Plugin, mut buffer: DativoBuffer) -> Vec<u8> {
    if buffer.data.is_null() {
        return Vec::new();
    }
    plugin.ledger.count_buffers().cross();
    // SAFETY: as the header says.
    unsafe {
        let bytes = std::slice::from_raw_parts(buffer.data, buffer.size as usize).to_vec();
        plugin.table.free_buffer.expect("the table has free_buffer")(&mut buffer);
        if buffer.data.is_null() {
            plugin.ledger.count_buffers().release();
        }
        bytes
    }
}

/// Reads what a call answered.
pub(super) fn answered(plugin: &Plugin, call: impl FnOnce(*mut DativoBuffer) -> i32) -> Result<Vec<u8>> {
    let mut out = DativoBuffer::EMPTY;
    let status = call(&mut out);
    let bytes = taken(plugin, out);
    if status == DATIVO_OK {
        return Ok(bytes);
    }
    let error: Error = serde_json::from_slice(&bytes)
        .code(code::ABI_VIOLATION)
        .while_doing("A call failed without an error that can be read")?;
    Err(error)
}

impl Handle {
    pub(super) fn open(plugin: &Arc<Plugin>, kind: u32, request: &Value) -> Result<Self> {
        let open = plugin.table.open.expect("the table has open");
        let request = serde_json::to_vec(request)?;
        let mut instance = null_mut();
        answered(plugin, |out| {
            // SAFETY: as the header says.
            unsafe { open(kind, request.as_ptr(), request.len() as u64, &mut instance, out) }
        })?;
        plugin.ledger.count_instances().cross();
        Ok(Self { plugin: plugin.clone(), instance })
    }

    pub(super) fn call(&mut self, operation: &str, request: &Value) -> Result<Value> {
        let call = self.plugin.table.call.expect("the table has call");
        let request = serde_json::to_vec(request)?;
        let json = answered(&self.plugin, |out| {
            let (name, size) = (operation.as_ptr(), operation.len() as u64);
            // SAFETY: as the header says.
            unsafe { call(self.instance, name, size, request.as_ptr(), request.len() as u64, out) }
        })?;
        serde_json::from_slice(&json)
            .code(code::ABI_VIOLATION)
            .while_doing(format!("The answer of {operation}"))
    }

    pub(super) fn canceller(&self) -> Canceller {
        let cancel = self.plugin.table.cancel.expect("the table has cancel");
        Canceller { cancel, instance: self.instance }
    }

    pub(super) fn take_logs(&self) -> Result<Vec<Value>> {
        let Some(take_logs) = self.plugin.table.take_logs else { return Ok(Vec::new()) };
        // SAFETY: as the header says.
        let lines = answered(&self.plugin, |out| unsafe { take_logs(self.instance, out) })?;
        let records = serde_json::Deserializer::from_slice(&lines).into_iter();
        Ok(records.collect::<Result<_, _>>()?)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: as the header says.
        unsafe { self.plugin.table.close.expect("the table has close")(self.instance) };
        self.plugin.ledger.count_instances().release();
    }
}
