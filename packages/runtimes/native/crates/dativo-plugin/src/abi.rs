//! The native ABI, version 2: what crosses between a host and a shared library.
//!
//! This is its one definition; `include/dativo_plugin.h` is generated from it. Authors of Rust plugins never need it:
//! [`export_reader!`](crate::export_reader) and [`export_writer!`](crate::export_writer) fill the table.
//!
//! Requests and answers are UTF-8 JSON with names in snake_case. Batches are Arrow C Data Interface structures whose
//! release callbacks say who frees what. Calls on one instance never overlap, but may come from different threads;
//! only `cancel` and `take_logs` may come while another call is running.

use std::ffi::c_void;

use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;

/// The version of this ABI.
pub const DATIVO_ABI_VERSION: u32 = 2;

/// The call succeeded.
pub const DATIVO_OK: i32 = 0;
/// The call failed: the buffer for its answer holds one JSON object
/// `{error_type, error_code, message, retryable, hint?, retry_after?, details}`.
pub const DATIVO_ERROR: i32 = 1;

/// An object begins: the header is `{object: ObjectSpec}`.
pub const DATIVO_EVENT_OBJECT: u64 = 1;
/// Records: the header is `{object, filtered?, deduplicated?, state?}`, `array` is set, and `schema` too when it is the
/// first batch of the object in this extraction or the schema changed. `state` is the position after the batch, as a
/// `DATIVO_EVENT_CHECKPOINT` of its own would say it; it may only be there when `extract` was called with
/// `batch_states: true`.
pub const DATIVO_EVENT_BATCH: u64 = 2;
/// A position: the header is `{object, state}`. All records of the object before it were handed over.
pub const DATIVO_EVENT_CHECKPOINT: u64 = 3;
/// The object was read to its end: the header is `{object}`.
pub const DATIVO_EVENT_OBJECT_END: u64 = 4;
/// The stream is over; the header is empty, and `next` must not be called again before another `extract`.
pub const DATIVO_EVENT_END: u64 = 5;

/// The plugin has a reader. A bit of `kinds`, and the kind to open.
pub const DATIVO_READER: u32 = 1;
/// The plugin has a writer. A bit of `kinds`, and the kind to open.
pub const DATIVO_WRITER: u32 = 2;

/// Bytes owned by the plugin. The host calls `free_buffer` exactly once for every buffer whose `data` is not NULL.
#[repr(C)]
#[derive(Debug)]
pub struct DativoBuffer {
    /// The bytes, or NULL when there are none.
    pub data: *mut u8,
    /// Number of bytes.
    pub size: u64,
    /// For the plugin's own use; the host leaves it as it is.
    pub capacity: u64,
}

/// What `next` hands over. The host zeroes it before each call.
#[repr(C)]
#[derive(Debug)]
pub struct DativoEvent {
    /// One of `DATIVO_EVENT_*`.
    pub kind: u64,
    /// JSON that says what the event is about.
    pub header: DativoBuffer,
    /// Batch: set (`release` is not NULL) when it is the object's first or the schema changed. Moved to the host.
    pub schema: FFI_ArrowSchema,
    /// Batch: a struct array with one child a column. Moved to the host, which releases it once.
    pub array: FFI_ArrowArray,
}

/// The functions of a plugin. The table is static: it stays where it is as long as the library is loaded.
#[repr(C)]
#[derive(Debug)]
pub struct DativoPluginV2 {
    /// `sizeof(DativoPluginV2)` as the plugin was built: the host reads no member beyond it.
    pub size: u64,
    /// 2.
    pub abi_version: u32,
    /// Bit set of `DATIVO_READER` and `DATIVO_WRITER`.
    pub kinds: u32,
    /// Describes the reader or writer: `PluginSpec` as JSON.
    pub spec: Option<unsafe extern "C" fn(kind: u32, out: *mut DativoBuffer) -> i32>,
    /// Opens a reader with `{config, run: {id, job}, project_root, default_object}`, or a writer with
    /// `{config, asset, object, mode, output_base, run, project_root}`. `instance` is set only on success.
    pub open: Option<
        unsafe extern "C" fn(
            kind: u32,
            request: *const u8,
            size: u64,
            instance: *mut *mut c_void,
            out: *mut DativoBuffer,
        ) -> i32,
    >,
    /// Carries out `check`, `discover`, `estimate`, `partitions` (asked only where the spec says `partitions`), `extract`,
    /// `flush`, `commit` or `abort`, and answers in JSON. After `extract`, `next` is called until `DATIVO_EVENT_END`.
    pub call: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            operation: *const u8,
            operation_size: u64,
            request: *const u8,
            size: u64,
            out: *mut DativoBuffer,
        ) -> i32,
    >,
    /// Reader: hands over the next event of the extraction. May be NULL in a plugin without a reader.
    pub next: Option<
        unsafe extern "C" fn(instance: *mut c_void, event: *mut DativoEvent, error: *mut DativoBuffer) -> i32,
    >,
    /// Writer: stages a batch; the request is `{schema, file_counter, token}`, the answer a `WriteResult`. Moves out
    /// of `schema` and `array` and releases both, also when it fails; `array` may be kept beyond the call, as a whole:
    /// its children are not moved out of it, and hold until it is released. May be NULL in a plugin without a writer.
    pub write: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            request: *const u8,
            size: u64,
            schema: *mut FFI_ArrowSchema,
            array: *mut FFI_ArrowArray,
            out: *mut DativoBuffer,
        ) -> i32,
    >,
    /// Asks whatever is running to stop within a second. Any thread, any time while the instance is open.
    pub cancel: Option<unsafe extern "C" fn(instance: *mut c_void)>,
    /// Log records since the last time, one JSON object `{level, message, fields?}` a line. Any thread, any time while
    /// the instance is open. May be NULL.
    pub take_logs: Option<unsafe extern "C" fn(instance: *mut c_void, out: *mut DativoBuffer) -> i32>,
    /// Frees the instance; no other call is running, and none may follow.
    pub close: Option<unsafe extern "C" fn(instance: *mut c_void)>,
    /// Frees a buffer and sets its `data` to NULL.
    pub free_buffer: Option<unsafe extern "C" fn(buffer: *mut DativoBuffer)>,
    /// Makes two of an array, whoever made it: `array` and `other` describe the same memory afterwards, and it is given
    /// back when both were released, on any thread. Lets a host hand a batch on and keep it too; may be NULL or beyond
    /// `size`, and then the thread that releases a batch waits for the host.
    pub share_array: Option<unsafe extern "C" fn(array: *mut FFI_ArrowArray, other: *mut FFI_ArrowArray)>,
}

/// The one exported symbol, `dativo_plugin_v2`. `host_abi` is the highest version that the host speaks; NULL says that
/// the plugin cannot serve it.
pub type DativoPluginEntry = unsafe extern "C" fn(host_abi: u32) -> *const DativoPluginV2;

impl DativoBuffer {
    /// A buffer without bytes.
    pub const EMPTY: DativoBuffer = DativoBuffer { data: std::ptr::null_mut(), size: 0, capacity: 0 };
}
