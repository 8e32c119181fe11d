//! The native ABI 2 over a library's readers and writers.

use std::ffi::c_void;
use std::mem::size_of;
use std::sync::Arc;

use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;
use serde::Serialize;
use serde_json::Value;

use crate::abi::*;
use crate::instance::{Event, Instance, Shared};
use crate::panic_guard::catch;
use crate::{Error, ObjectSpec, Result, code};

use super::arrow_transfer::{export_array, export_schema, import_batch};
use super::shared_array::share_array;
use super::{Exports, Kind};

/// The table of a library.
pub fn table<E: Exports>(host_abi: u32) -> *const DativoPluginV2 {
    if host_abi < DATIVO_ABI_VERSION {
        return std::ptr::null();
    }
    &const {
        let reader = if E::READER.is_some() { DATIVO_READER } else { 0 };
        let writer = if E::WRITER.is_some() { DATIVO_WRITER } else { 0 };
        DativoPluginV2 {
            size: size_of::<DativoPluginV2>() as u64,
            abi_version: DATIVO_ABI_VERSION,
            kinds: reader | writer,
            spec: Some(spec::<E>),
            open: Some(open::<E>),
            call: Some(call),
            next: Some(next),
            write: Some(write),
            cancel: Some(cancel),
            take_logs: Some(take_logs),
            close: Some(close),
            free_buffer: Some(free_buffer),
            share_array: Some(share_array),
        }
    }
}

fn kind_of<E: Exports>(kind: u32) -> Result<Kind> {
    let found = match kind {
        DATIVO_READER => E::READER,
        DATIVO_WRITER => E::WRITER,
        _ => None,
    };
    found.ok_or_else(|| {
        Error::new(code::ABI_VIOLATION, format!("This library has nothing of the kind {kind}."))
    })
}

/// Gives bytes away.
fn buffer(bytes: Vec<u8>) -> DativoBuffer {
    if bytes.is_empty() {
        return DativoBuffer::EMPTY;
    }
    let mut bytes = std::mem::ManuallyDrop::new(bytes);
    DativoBuffer { data: bytes.as_mut_ptr(), size: bytes.len() as u64, capacity: bytes.capacity() as u64 }
}

/// Answers a call.
///
/// # Safety
///
/// `out` is NULL, or leads to a buffer that may be written.
unsafe fn answer(result: Result<Vec<u8>>, out: *mut DativoBuffer) -> i32 {
    let (status, bytes) = match result {
        Ok(bytes) => (DATIVO_OK, bytes),
        Err(error) => (DATIVO_ERROR, error.to_json()),
    };
    if !out.is_null() {
        // SAFETY: as the caller promises.
        unsafe { out.write(buffer(bytes)) };
    }
    status
}

/// Bytes that the host lends for the time of a call.
///
/// # Safety
///
/// `data` leads to `size` bytes, or `size` is 0.
unsafe fn lent<'a>(data: *const u8, size: u64) -> &'a [u8] {
    if data.is_null() || size == 0 {
        return &[];
    }
    // SAFETY: as the caller promises.
    unsafe { std::slice::from_raw_parts(data, size as usize) }
}

/// The instance behind a handle.
///
/// # Safety
///
/// `instance` is NULL, or came from `open` and was not closed.
unsafe fn instance_of<'a>(instance: *mut c_void) -> Result<&'a Instance> {
    // SAFETY: as the caller promises.
    let found = unsafe { instance.cast::<Instance>().as_ref() };
    found.ok_or_else(|| Error::new(code::ABI_VIOLATION, "A call came without an instance."))
}

unsafe extern "C" fn spec<E: Exports>(kind: u32, out: *mut DativoBuffer) -> i32 {
    let found = catch(|| Ok(serde_json::to_vec(&(kind_of::<E>(kind)?.spec)(E::PACKAGE))?));
    // SAFETY: the host's buffer.
    unsafe { answer(found.unwrap_or_else(|panic| Err(panic.into_error("spec"))), out) }
}

unsafe extern "C" fn open<E: Exports>(
    kind: u32,
    request: *const u8,
    size: u64,
    instance: *mut *mut c_void,
    out: *mut DativoBuffer,
) -> i32 {
    // SAFETY: the host's request.
    let request = unsafe { lent(request, size) };
    let opened = kind_of::<E>(kind)
        .and_then(|kind| Instance::open(Arc::new(Shared::default()), |shared| (kind.open)(request, shared)))
        .map(|opened| {
            // SAFETY: the host's place for the handle.
            unsafe { instance.write(Box::into_raw(Box::new(opened)).cast()) };
            Vec::new()
        });
    // SAFETY: the host's buffer.
    unsafe { answer(opened, out) }
}

unsafe extern "C" fn call(
    instance: *mut c_void,
    operation: *const u8,
    operation_size: u64,
    request: *const u8,
    size: u64,
    out: *mut DativoBuffer,
) -> i32 {
    // SAFETY: the host's handle, operation and request.
    let (instance, operation, request) =
        unsafe { (instance_of(instance), lent(operation, operation_size), lent(request, size)) };
    let operation = String::from_utf8_lossy(operation);
    let answered = instance
        .and_then(|instance| instance.run(&operation, |operations| operations.call(&operation, request)));
    // SAFETY: the host's buffer.
    unsafe { answer(answered, out) }
}

/// Header of an event.
#[derive(Default, Serialize)]
struct Header<T> {
    object: T,
    #[serde(skip_serializing_if = "is_zero")]
    filtered: u64,
    #[serde(skip_serializing_if = "is_zero")]
    deduplicated: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Value>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn header<T: Serialize + Default>(header: &Header<T>) -> Result<DativoBuffer> {
    Ok(buffer(serde_json::to_vec(header)?))
}

fn event_of(event: Event) -> Result<DativoEvent> {
    let mut out = DativoEvent {
        kind: DATIVO_EVENT_END,
        header: DativoBuffer::EMPTY,
        schema: FFI_ArrowSchema::empty(),
        array: FFI_ArrowArray::empty(),
    };
    match event {
        Event::Object(object) => {
            let object: Option<ObjectSpec> = Some(object);
            out.kind = DATIVO_EVENT_OBJECT;
            out.header = header(&Header { object, ..Default::default() })?;
        }
        Event::Batch { object, filtered, deduplicated, batch, schema, state } => {
            if let Some(schema) = schema {
                out.schema = export_schema(&schema)?;
            }
            out.kind = DATIVO_EVENT_BATCH;
            out.array = export_array(batch);
            out.header = header(&Header { object, filtered, deduplicated, state })?;
        }
        Event::Checkpoint { object, state } => {
            out.kind = DATIVO_EVENT_CHECKPOINT;
            out.header = header(&Header { object, state: Some(state), ..Default::default() })?;
        }
        Event::ObjectEnd { object } => {
            out.kind = DATIVO_EVENT_OBJECT_END;
            out.header = header(&Header { object, ..Default::default() })?;
        }
        Event::End => {}
    }
    Ok(out)
}

unsafe extern "C" fn next(instance: *mut c_void, event: *mut DativoEvent, error: *mut DativoBuffer) -> i32 {
    // SAFETY: the host's handle.
    let found = unsafe { instance_of(instance) }
        .and_then(|instance| instance.run("next", |operations| event_of(operations.next()?)));
    match found {
        Ok(found) => {
            // SAFETY: the host's event, which holds nothing that would have to be released first.
            unsafe { event.write(found) };
            DATIVO_OK
        }
        // SAFETY: the host's buffer.
        Err(failed) => unsafe { answer(Err(failed), error) },
    }
}

unsafe extern "C" fn write(
    instance: *mut c_void,
    request: *const u8,
    size: u64,
    schema: *mut FFI_ArrowSchema,
    array: *mut FFI_ArrowArray,
    out: *mut DativoBuffer,
) -> i32 {
    // SAFETY: the host's structures; moved out of first, so that they are released whatever happens.
    let (schema, array) = unsafe { (taken_schema(schema), taken_array(array)) };
    // SAFETY: the host's handle and request.
    let (instance, request) = unsafe { (instance_of(instance), lent(request, size)) };
    let written = instance.and_then(|instance| {
        instance.run("write", |operations| {
            // SAFETY: the host's structures.
            let batch = unsafe { import_batch(&schema, array) }?;
            operations.write(request, batch)
        })
    });
    // SAFETY: the host's buffer.
    unsafe { answer(written, out) }
}

unsafe fn taken_schema(schema: *mut FFI_ArrowSchema) -> FFI_ArrowSchema {
    if schema.is_null() {
        return FFI_ArrowSchema::empty();
    }
    // SAFETY: as the caller promises.
    unsafe { FFI_ArrowSchema::from_raw(schema) }
}

unsafe fn taken_array(array: *mut FFI_ArrowArray) -> FFI_ArrowArray {
    if array.is_null() {
        return FFI_ArrowArray::empty();
    }
    // SAFETY: as the caller promises.
    unsafe { FFI_ArrowArray::from_raw(array) }
}

unsafe extern "C" fn cancel(instance: *mut c_void) {
    // SAFETY: the host's handle.
    if let Ok(instance) = unsafe { instance_of(instance) } {
        instance.shared().cancel();
    }
}

unsafe extern "C" fn take_logs(instance: *mut c_void, out: *mut DativoBuffer) -> i32 {
    // SAFETY: the host's handle and buffer.
    unsafe { answer(instance_of(instance).map(|instance| instance.shared().take_logs()), out) }
}

unsafe extern "C" fn close(instance: *mut c_void) {
    if !instance.is_null() {
        // SAFETY: the host's handle, which it gives back.
        unsafe { Box::from_raw(instance.cast::<Instance>()) }.close();
    }
}

unsafe extern "C" fn free_buffer(buffer: *mut DativoBuffer) {
    // SAFETY: the host's buffer, which this library filled.
    unsafe {
        let Some(buffer) = buffer.as_mut() else { return };
        let given = std::mem::replace(buffer, DativoBuffer::EMPTY);
        if !given.data.is_null() {
            drop(Vec::from_raw_parts(given.data, given.size as usize, given.capacity as usize));
        }
    }
}
