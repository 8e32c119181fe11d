//! A reader and a writer of ABI v2 that behave as `connection.case` says; written against the ABI itself and compiled
//! by rustc alone. Counters say what was handed over and not given back.

#![allow(non_camel_case_types)]

use std::collections::HashMap;
use std::ffi::{c_char, c_void, CStr, CString};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::sync::Mutex;

#[repr(C)]
pub struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private_data: *mut c_void,
}

#[repr(C)]
pub struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut Array,
    dictionary: *mut Array,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private_data: *mut c_void,
}

#[repr(C)]
pub struct Buffer {
    data: *mut u8,
    size: u64,
    capacity: u64,
}

#[repr(C)]
pub struct Event {
    kind: u64,
    header: Buffer,
    schema: Schema,
    array: Array,
}

static LIVE_ARRAYS: AtomicI64 = AtomicI64::new(0);
static LIVE_SCHEMAS: AtomicI64 = AtomicI64::new(0);
static LIVE_BUFFERS: AtomicI64 = AtomicI64::new(0);
static LIVE_INSTANCES: AtomicI64 = AtomicI64::new(0);
static MADE_ARRAYS: AtomicI64 = AtomicI64::new(0);

/// What was handed over and not given back: 0 arrays, 1 schemas, 2 buffers, 3 instances; 4 all arrays ever made.
#[no_mangle]
pub extern "C" fn live(what: u32) -> i64 {
    [&LIVE_ARRAYS, &LIVE_SCHEMAS, &LIVE_BUFFERS, &LIVE_INSTANCES, &MADE_ARRAYS][what as usize].load(SeqCst)
}

// Structures that are moved between threads by their one owner.
struct Moved<T>(T);
unsafe impl<T> Send for Moved<T> {}

/// Batches that the writer was given, by the name of a mirror, for the reader to hand out again.
static MIRRORS: Mutex<Option<HashMap<String, Vec<Moved<(Schema, Array)>>>>> = Mutex::new(None);

struct Instance {
    case: String,
    mirror: String,
    total: u64,
    rows: u64,
    at: u64,
    ended: bool,
    cancelled: AtomicBool,
    logs: Mutex<Vec<String>>,
    kept: Vec<Moved<Array>>,
    written: u64,
    /// The request of the last extraction, as it was written.
    asked: String,
}

fn text<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let start = json.find(&format!("\"{key}\":\""))? + key.len() + 4;
    json[start..].split('"').next()
}

fn number(json: &str, key: &str) -> Option<u64> {
    let start = json.find(&format!("\"{key}\":"))? + key.len() + 3;
    let digits: String = json[start..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

unsafe fn lent<'a>(data: *const u8, size: u64) -> &'a str {
    std::str::from_utf8(std::slice::from_raw_parts(data, size as usize)).unwrap()
}

fn give(out: *mut Buffer, bytes: impl Into<Vec<u8>>) {
    let mut bytes = std::mem::ManuallyDrop::new(bytes.into());
    LIVE_BUFFERS.fetch_add(1, SeqCst);
    unsafe { *out = Buffer { data: bytes.as_mut_ptr(), size: bytes.len() as u64, capacity: bytes.capacity() as u64 } };
}

unsafe extern "C" fn free_buffer(buffer: *mut Buffer) {
    let b = &mut *buffer;
    drop(Vec::from_raw_parts(b.data, b.size as usize, b.capacity as usize));
    b.data = null_mut();
    LIVE_BUFFERS.fetch_sub(1, SeqCst);
}

unsafe extern "C" fn spec(kind: u32, out: *mut Buffer) -> i32 {
    let kind = if kind == 1 { "reader" } else { "writer" };
    give(out, format!("{{\"name\":\"fixture\",\"kind\":\"{kind}\",\"version\":\"1.2.3\",\"api\":1,\"idempotent_commit\":true}}"));
    0
}

unsafe extern "C" fn open(_kind: u32, request: *const u8, size: u64, instance: *mut *mut c_void, out: *mut Buffer) -> i32 {
    let config = lent(request, size);
    let case = text(config, "case").unwrap_or("count").to_string();
    if case == "no_instance" {
        return 0;
    }
    if case == "refused" {
        give(out, r#"{"error_type":"AuthenticationError","error_code":"AUTHENTICATION_FAILED","message":"the key is wrong","retryable":false,"hint":"Renew the key.","details":{"tries":3}}"#);
        return 1;
    }
    LIVE_INSTANCES.fetch_add(1, SeqCst);
    let made = Box::new(Instance {
        mirror: text(config, "mirror").unwrap_or("").to_string(),
        total: number(config, "total").unwrap_or(3),
        rows: number(config, "rows").unwrap_or(4),
        case,
        at: 0,
        ended: false,
        cancelled: AtomicBool::new(false),
        logs: Mutex::new(vec![r#"{"level":"info","message":"opened","fields":{"part":7}}"#.to_string()]),
        kept: Vec::new(),
        written: 0,
        asked: String::new(),
    });
    *instance = Box::into_raw(made).cast();
    0
}

unsafe extern "C" fn call(instance: *mut c_void, name: *const u8, name_size: u64, request: *const u8, size: u64, out: *mut Buffer) -> i32 {
    let plugin = &mut *instance.cast::<Instance>();
    let request = lent(request, size);
    match lent(name, name_size) {
        "check" => give(out, r#"{"success":true,"message":"fine"}"#),
        "discover" => give(out, r#"{"objects":[{"name":"items","type":"table"}],"metadata":{}}"#),
        "estimate" => give(out, (plugin.total * plugin.rows).to_string()),
        "partitions" => give(out, format!(r#"[{{"object":"items","id":"all","params":{{"asked":{request:?}}}}}]"#)),
        "extract" => {
            plugin.at = 0;
            plugin.ended = false;
            plugin.asked = request.to_string();
        }
        "flush" => {
            // The release functions of arrays may be called on any thread.
            let kept = std::mem::take(&mut plugin.kept);
            std::thread::spawn(move || kept.into_iter().for_each(|mut array| release_array(&mut array.0))).join().unwrap();
            let files = format!("{{\"path\":\"receipt\",\"record_count\":{}}}", plugin.written);
            give(out, format!("{{\"files\":[{}]}}", if plugin.written > 0 { files } else { String::new() }));
            plugin.written = 0;
        }
        "commit" => give(out, format!("{{\"status\":\"success\",\"files_added\":{}}}", request.matches("\"path\"").count())),
        "abort" => give(out, "null"),
        other => {
            give(out, format!("{{\"error_code\":\"ABI_VIOLATION\",\"message\":\"no operation {other}\"}}"));
            return 1;
        }
    }
    0
}

unsafe fn release_array(array: *mut Array) {
    if let Some(release) = (*array).release {
        release(array);
        assert!((*array).release.is_none(), "a release function must clear itself");
    }
}

unsafe extern "C" fn next(instance: *mut c_void, event: *mut Event, error: *mut Buffer) -> i32 {
    let plugin = &mut *instance.cast::<Instance>();
    let event = &mut *event;
    plugin.at += 1;
    if plugin.at == 1 {
        event.kind = 1;
        give(&mut event.header, r#"{"object":{"name":"items","incremental":true}}"#);
        return 0;
    }
    if plugin.ended {
        event.kind = 5;
        return 0;
    }
    let batch = plugin.at - 2;
    let failed = |json: &str| {
        give(error, json);
        1
    };
    if batch == 1 {
        match plugin.case.as_str() {
            "error" => return failed(r#"{"error_type":"RateLimitError","error_code":"RATE_LIMIT_EXCEEDED","message":"slow down","retryable":true,"retry_after":3,"details":{}}"#),
            "bad_error" => return failed("oh no"),
            "bad_kind" => {
                event.kind = 77;
                return 0;
            }
            // The position that was given comes back, digit for digit, in a member of its own.
            "position" => {
                event.kind = 3;
                let given = number(&plugin.asked, "id").unwrap_or(u64::MAX);
                give(&mut event.header, format!(r#"{{"object":"items","state":{{"id":{given}}}}}"#));
                return 0;
            }
            "bad_header" => {
                event.kind = 3;
                give(&mut event.header, "{");
                return 0;
            }
            "segfault" => *(std::hint::black_box(8usize) as *mut u8) = 1,
            "until_cancelled" => {
                while !plugin.cancelled.load(SeqCst) {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                return failed(r#"{"error_code":"INTERRUPTED","message":"cancelled"}"#);
            }
            _ => {}
        }
    }
    let mirrored = if plugin.case == "mirror" {
        let mut mirrors = MIRRORS.lock().unwrap();
        let stored = mirrors.get_or_insert_with(HashMap::new).entry(plugin.mirror.clone()).or_default();
        if stored.is_empty() { None } else { Some(stored.remove(0).0) }
    } else {
        None
    };
    let more = if plugin.case == "mirror" { mirrored.is_some() } else { batch < plugin.total };
    if !more {
        plugin.ended = true;
        event.kind = 4;
        give(&mut event.header, r#"{"object":"items"}"#);
        return 0;
    }
    event.kind = 2;
    let header = if batch == 0 { r#"{"object":"items","filtered":2,"deduplicated":1}"# } else { r#"{"object":"items"}"# };
    if plugin.case == "batch_states" {
        assert!(plugin.asked.contains("\"batch_states\":true"), "positions may only come with batches when asked for");
        give(&mut event.header, format!(r#"{{"object":"items","state":{{"id":{}}}}}"#, u64::MAX - batch));
    } else {
        give(&mut event.header, header);
    }
    if let Some((schema, array)) = mirrored {
        event.schema = schema;
        event.array = array;
        return 0;
    }
    if batch == 0 && plugin.case != "no_schema" {
        event.schema = match plugin.case.as_str() {
            "int32" | "int32_invalid_utf8" => schema("", "+s", vec![schema("id", "i", vec![]), schema("name", "u", vec![])]),
            "unsupported" => schema("", "+s", vec![schema("id", "+us:0", vec![]), schema("name", "u", vec![])]),
            _ => schema("", "+s", vec![schema("id", "l", vec![]), schema("name", "u", vec![])]),
        };
    }
    if plugin.case != "no_array" {
        event.array = batch_of(batch * plugin.rows, plugin.rows, &plugin.case);
    }
    plugin.logs.lock().unwrap().push(format!("{{\"level\":\"debug\",\"message\":\"batch {batch}\"}}"));
    0
}

/// `id` counts up, `name` is null in every fourth record.
unsafe fn batch_of(start: u64, rows: u64, case: &str) -> Array {
    let wide: Vec<u8> = (start..start + rows).flat_map(|id| (id as i64).to_le_bytes()).collect();
    let narrow: Vec<u8> = (start..start + rows).flat_map(|id| (id as i32).to_le_bytes()).collect();
    let mut validity = vec![0u8; rows.div_ceil(8) as usize];
    let (mut offsets, mut bytes, mut nulls) = (vec![0i32], Vec::new(), 0);
    for row in 0..rows {
        if (start + row) % 4 == 3 {
            nulls += 1;
        } else {
            validity[(row / 8) as usize] |= 1 << (row % 8);
            bytes.extend_from_slice(format!("näme {}", start + row).as_bytes());
            if (case == "invalid_utf8" || case == "int32_invalid_utf8") && row == 2 {
                bytes.push(0xe9);
            }
        }
        // The two bytes of one character in two texts: only all of them together are UTF-8.
        if case == "split_character" && row < 2 {
            bytes.push(if row == 0 { 0xc3 } else { 0xa4 });
        }
        offsets.push(bytes.len() as i32);
    }
    let offsets: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
    let ids = array(rows, 0, vec![None, Some(if case.starts_with("int32") { narrow } else { wide })], vec![]);
    let names = array(rows, if case == "unknown_nulls" { -1 } else { nulls }, vec![Some(validity), Some(offsets), Some(bytes)], vec![]);
    let mut whole = array(rows, 0, vec![None], vec![ids, names]);
    if case == "sliced" {
        whole.offset = 1;
        whole.length -= 1;
    }
    whole
}

struct ArrayOwner {
    _bytes: Vec<Option<Vec<u8>>>,
    buffers: Vec<*const c_void>,
    children: Vec<*mut Array>,
}

fn array(length: u64, null_count: i64, bytes: Vec<Option<Vec<u8>>>, children: Vec<Array>) -> Array {
    let buffers = bytes.iter().map(|one| one.as_ref().map_or(std::ptr::null(), |b| b.as_ptr().cast())).collect();
    let children = children.into_iter().map(|child| Box::into_raw(Box::new(child))).collect();
    let mut owner = Box::new(ArrayOwner { _bytes: bytes, buffers, children });
    LIVE_ARRAYS.fetch_add(1, SeqCst);
    MADE_ARRAYS.fetch_add(1, SeqCst);
    Array {
        length: length as i64,
        null_count,
        offset: 0,
        n_buffers: owner.buffers.len() as i64,
        n_children: owner.children.len() as i64,
        buffers: owner.buffers.as_mut_ptr(),
        children: owner.children.as_mut_ptr(),
        dictionary: null_mut(),
        release: Some(release_own_array),
        private_data: Box::into_raw(owner).cast(),
    }
}

unsafe extern "C" fn release_own_array(array: *mut Array) {
    let owner = Box::from_raw((*array).private_data.cast::<ArrayOwner>());
    for child in owner.children {
        release_array(child);
        drop(Box::from_raw(child));
    }
    (*array).release = None;
    LIVE_ARRAYS.fetch_sub(1, SeqCst);
}

struct SchemaOwner {
    _format: CString,
    _name: CString,
    _metadata: Vec<u8>,
    children: Vec<*mut Schema>,
}

fn schema(name: &str, format: &str, children: Vec<Schema>) -> Schema {
    described(CString::new(format).unwrap(), CString::new(name).unwrap(), Vec::new(), 2, children)
}

fn described(format: CString, name: CString, metadata: Vec<u8>, flags: i64, children: Vec<Schema>) -> Schema {
    let children = children.into_iter().map(|child| Box::into_raw(Box::new(child))).collect();
    let mut owner = Box::new(SchemaOwner { _format: format, _name: name, _metadata: metadata, children });
    LIVE_SCHEMAS.fetch_add(1, SeqCst);
    Schema {
        format: owner._format.as_ptr(),
        name: owner._name.as_ptr(),
        metadata: if owner._metadata.is_empty() { std::ptr::null() } else { owner._metadata.as_ptr().cast() },
        flags,
        n_children: owner.children.len() as i64,
        children: owner.children.as_mut_ptr(),
        dictionary: null_mut(),
        release: Some(release_own_schema),
        private_data: Box::into_raw(owner).cast(),
    }
}

unsafe extern "C" fn release_own_schema(schema: *mut Schema) {
    let owner = Box::from_raw((*schema).private_data.cast::<SchemaOwner>());
    for child in owner.children {
        if let Some(release) = (*child).release {
            release(child);
        }
        drop(Box::from_raw(child));
    }
    (*schema).release = None;
    LIVE_SCHEMAS.fetch_sub(1, SeqCst);
}

/// A schema of our own that says the same.
unsafe fn copied(schema: &Schema) -> Schema {
    let children = (0..schema.n_children).map(|at| copied(&**schema.children.offset(at as isize))).collect();
    let metadata = if schema.metadata.is_null() { Vec::new() } else { metadata_bytes(schema.metadata.cast()) };
    described(CStr::from_ptr(schema.format).into(), CStr::from_ptr(schema.name).into(), metadata, schema.flags, children)
}

unsafe fn metadata_bytes(data: *const u8) -> Vec<u8> {
    let integer = |at: usize| i32::from_le_bytes(std::slice::from_raw_parts(data.add(at), 4).try_into().unwrap()) as usize;
    let mut at = 4;
    for _ in 0..integer(0) * 2 {
        at += 4 + integer(at);
    }
    std::slice::from_raw_parts(data, at).to_vec()
}

unsafe extern "C" fn write(instance: *mut c_void, _request: *const u8, _size: u64, schema: *mut Schema, array: *mut Array, out: *mut Buffer) -> i32 {
    let plugin = &mut *instance.cast::<Instance>();
    if plugin.case == "not_moved" {
        give(out, r#"{"error_code":"TARGET_FULL","message":"no space"}"#);
        return 1;
    }
    let moved = std::ptr::read(array);
    (*array).release = None;
    let given = std::ptr::read(schema);
    (*schema).release = None;
    let copy = copied(&given);
    let mut given = given;
    if let Some(release) = given.release {
        release(&mut given);
    }
    plugin.written += moved.length as u64;
    match plugin.case.as_str() {
        "mirror" => {
            let mut mirrors = MIRRORS.lock().unwrap();
            mirrors.get_or_insert_with(HashMap::new).entry(plugin.mirror.clone()).or_default().push(Moved((copy, moved)));
        }
        _ => {
            let mut copy = copy;
            release_own_schema(&mut copy);
            plugin.kept.push(Moved(moved));
        }
    }
    let rejected = if plugin.case == "reject" {
        plugin.written -= 1;
        r#","rejected":[{"index":1,"reason":"too long"}]"#
    } else {
        ""
    };
    give(out, format!("{{\"files\":[]{rejected}}}"));
    0
}

unsafe extern "C" fn cancel(instance: *mut c_void) {
    (*instance.cast::<Instance>()).cancelled.store(true, SeqCst);
}

unsafe extern "C" fn take_logs(instance: *mut c_void, out: *mut Buffer) -> i32 {
    let logs = std::mem::take(&mut *(*instance.cast::<Instance>()).logs.lock().unwrap());
    if !logs.is_empty() {
        give(out, logs.join("\n"));
    }
    0
}

unsafe extern "C" fn close(instance: *mut c_void) {
    let mut plugin = Box::from_raw(instance.cast::<Instance>());
    for mut array in std::mem::take(&mut plugin.kept) {
        release_array(&mut array.0);
    }
    LIVE_INSTANCES.fetch_sub(1, SeqCst);
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

#[no_mangle]
pub extern "C" fn dativo_plugin_v2(host_abi: u32) -> *const Table {
    if host_abi >= 2 { &TABLE } else { std::ptr::null() }
}
