//! ABI v2: the table of functions, and what guards each of them.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::Mutex;

use crate::arrow::{Array, Schema};
use crate::deeds;
use crate::json::{Json, quoted};
use crate::v2_reader::Reader;
use crate::v2_writer::Writer;

#[repr(C)]
pub struct Buffer {
    data: *mut u8,
    size: u64,
    capacity: u64,
}

#[repr(C)]
pub struct Event {
    pub kind: u64,
    pub header: Buffer,
    pub schema: Schema,
    pub array: Array,
}

#[repr(C)]
pub struct Table {
    size: u64,
    abi_version: u32,
    kinds: u32,
    spec: unsafe extern "C" fn(u32, *mut Buffer) -> i32,
    open: unsafe extern "C" fn(u32, *const u8, u64, *mut *mut c_void, *mut Buffer) -> i32,
    call: unsafe extern "C" fn(*mut c_void, *const u8, u64, *const u8, u64, *mut Buffer) -> i32,
    next: unsafe extern "C" fn(*mut c_void, *mut Event, *mut Buffer) -> i32,
    write: unsafe extern "C" fn(*mut c_void, *const u8, u64, *mut Schema, *mut Array, *mut Buffer) -> i32,
    cancel: unsafe extern "C" fn(*mut c_void),
    take_logs: unsafe extern "C" fn(*mut c_void, *mut Buffer) -> i32,
    close: unsafe extern "C" fn(*mut c_void),
    free_buffer: unsafe extern "C" fn(*mut Buffer),
}

pub enum Instance {
    Reader(Reader),
    Writer(Writer),
}

/// A failure as `{error_code, message}`.
pub struct Failure(pub &'static str, pub String);

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Failure("PLUGIN_ERROR", message)
    }
}

/// What an operation answers with: JSON, or nothing.
pub type Answer = Result<Option<String>, Failure>;

static MUTANT: Mutex<String> = Mutex::new(String::new());

/// Remembers what is wrong on purpose, for functions that are given no instance.
pub fn set_mutant(name: &str) {
    *MUTANT.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = name.to_string();
}

pub fn is_mutant(name: &str) -> bool {
    *MUTANT.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) == name
}

pub fn give(out: *mut Buffer, bytes: impl Into<Vec<u8>>) {
    let mut bytes = std::mem::ManuallyDrop::new(bytes.into());
    if is_mutant("v2-buffers-kept") {
        bytes.reserve(4096);
    }
    let given = Buffer { data: bytes.as_mut_ptr(), size: bytes.len() as u64, capacity: bytes.capacity() as u64 };
    unsafe { out.write(given) };
}

/// Does something, and makes an error of a panic.
fn guarded(out: *mut Buffer, work: impl FnOnce() -> Answer) -> i32 {
    let answer = if is_mutant("v2-panics-through") || is_mutant("v2-writer-panics-through") {
        work()
    } else {
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("The plugin panicked.".to_string().into()))
    };
    match answer {
        Ok(None) => 0,
        Ok(Some(json)) => {
            give(out, json);
            0
        }
        Err(Failure(code, message)) => {
            if !is_mutant("v2-silent-errors") {
                give(out, format!("{{\"error_code\":\"{code}\",\"message\":{},\"retryable\":false}}", quoted(&message)));
            }
            1
        }
    }
}

/// JSON that a host sent.
fn parsed(data: *const u8, size: u64) -> Result<Json, Failure> {
    let bytes = if size == 0 { &[] } else { unsafe { std::slice::from_raw_parts(data, size as usize) } };
    let json = Json::parse(bytes);
    if is_mutant("v2-panics-through") || is_mutant("v2-writer-panics-through") {
        return Ok(json.expect("hosts send JSON"));
    }
    json.map_err(|error| Failure("CONFIGURATION_ERROR", error))
}

unsafe extern "C" fn spec(kind: u32, out: *mut Buffer) -> i32 {
    let (name, more) = if kind == 1 {
        ("reader", "")
    } else {
        ("writer", r#","idempotent_commit":true"#)
    };
    give(out, format!(r#"{{"name":"rust-{name}","kind":"{name}","version":"1.2.3","api":1{more}}}"#));
    0
}

unsafe extern "C" fn open(kind: u32, data: *const u8, size: u64, instance: *mut *mut c_void, out: *mut Buffer) -> i32 {
    guarded(out, || {
        let request = parsed(data, size)?;
        let mutant = request.at("config.connection.mutant").text();
        set_mutant(mutant);
        deeds::on_open(mutant);
        let made = match kind {
            1 => Instance::Reader(Reader::open()),
            2 => Instance::Writer(Writer::open(&request)?),
            _ => return Err("There is nothing of this kind.".to_string().into()),
        };
        unsafe { instance.write(Box::into_raw(Box::new(made)).cast()) };
        Ok(None)
    })
}

unsafe extern "C" fn call(instance: *mut c_void, name: *const u8, name_size: u64, data: *const u8, size: u64, out: *mut Buffer) -> i32 {
    guarded(out, || {
        let name = unsafe { std::slice::from_raw_parts(name, name_size as usize) };
        let name = std::str::from_utf8(name).map_err(|error| error.to_string())?;
        let request = parsed(data, size)?;
        match unsafe { &mut *instance.cast::<Instance>() } {
            Instance::Reader(reader) => reader.call(name, &request),
            Instance::Writer(writer) => writer.call(name, &request),
        }
    })
}

unsafe extern "C" fn next(instance: *mut c_void, event: *mut Event, error: *mut Buffer) -> i32 {
    guarded(error, || match unsafe { &mut *instance.cast::<Instance>() } {
        Instance::Reader(reader) => {
            reader.next(unsafe { &mut *event });
            Ok(None)
        }
        Instance::Writer(_) => Err("A writer has no events.".to_string().into()),
    })
}

unsafe extern "C" fn write(instance: *mut c_void, data: *const u8, size: u64, schema: *mut Schema, array: *mut Array, out: *mut Buffer) -> i32 {
    // Both are moved out first, so that they are released whatever happens.
    let (moved_schema, moved_array) = unsafe { (std::ptr::read(schema), std::ptr::read(array)) };
    unsafe {
        (*schema).release = None;
        (*array).release = None;
    }
    let lent = Lent(moved_schema, moved_array);
    guarded(out, || {
        let request = parsed(data, size)?;
        match unsafe { &mut *instance.cast::<Instance>() } {
            Instance::Writer(writer) => unsafe { writer.write(&request, &lent.0, &lent.1) },
            Instance::Reader(_) => Err("A reader writes nothing.".to_string().into()),
        }
    })
}

/// A schema and an array of the host, given back at the end.
struct Lent(Schema, Array);

impl Drop for Lent {
    fn drop(&mut self) {
        unsafe {
            if let Some(release) = self.0.release {
                release(&mut self.0);
            }
            if let Some(release) = self.1.release.filter(|_| !is_mutant("v2-keeps-what-was-lent")) {
                release(&mut self.1);
            }
        }
    }
}

unsafe extern "C" fn cancel(_instance: *mut c_void) {}

unsafe extern "C" fn take_logs(_instance: *mut c_void, _out: *mut Buffer) -> i32 {
    0
}

unsafe extern "C" fn close(instance: *mut c_void) {
    if !is_mutant("v2-instances-kept") {
        drop(unsafe { Box::from_raw(instance.cast::<Instance>()) });
    }
}

unsafe extern "C" fn free_buffer(buffer: *mut Buffer) {
    let given = unsafe { &mut *buffer };
    if !given.data.is_null() && !is_mutant("v2-buffers-kept") {
        drop(unsafe { Vec::from_raw_parts(given.data, given.size as usize, given.capacity as usize) });
    }
    given.data = null_mut();
}

static TABLE: Table = Table {
    size: std::mem::size_of::<Table>() as u64,
    abi_version: 2,
    kinds: 3,
    spec,
    open,
    call,
    next,
    write,
    cancel,
    take_logs,
    close,
    free_buffer,
};

#[unsafe(no_mangle)]
pub extern "C" fn dativo_plugin_v2(host_abi: u32) -> *const Table {
    let serves = host_abi >= 2 || is_mutant("v2-any-version") || is_mutant("v2-writer-any-version");
    if serves && !(host_abi > 2 && is_mutant("v2-no-later-version")) { &TABLE } else { std::ptr::null() }
}
