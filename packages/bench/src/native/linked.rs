//! The limit for native plugins: two libraries called by a program that does nothing else.
//! linked <1|2> <reader library> <writer library> <source config> <target config>: prints seconds.

use std::ffi::{c_char, c_void, CStr, CString};
use std::time::Instant;

#[link(name = "dl")]
extern "C" {
    fn dlopen(file: *const c_char, flags: i32) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

unsafe fn symbol<F: Copy>(library: *mut c_void, name: &str) -> F {
    let name = CString::new(name).unwrap();
    let found = dlsym(library, name.as_ptr());
    assert!(!found.is_null(), "no symbol {name:?}");
    std::mem::transmute_copy(&found)
}

#[repr(C)]
#[derive(Default, Clone, Copy)]
struct Buffer([u64; 3]);

#[repr(C)]
struct Table {
    size: u64,
    version: u32,
    kinds: u32,
    spec: *const c_void,
    open: unsafe extern "C" fn(u32, *const u8, u64, *mut *mut c_void, *mut Buffer) -> i32,
    call: unsafe extern "C" fn(*mut c_void, *const u8, u64, *const u8, u64, *mut Buffer) -> i32,
    next: unsafe extern "C" fn(*mut c_void, *mut [u64; 23], *mut Buffer) -> i32,
    write: unsafe extern "C" fn(*mut c_void, *const u8, u64, *mut [u64; 9], *mut [u64; 10], *mut Buffer) -> i32,
    cancel: *const c_void,
    take_logs: *const c_void,
    close: unsafe extern "C" fn(*mut c_void),
    free_buffer: unsafe extern "C" fn(*mut Buffer),
}

unsafe fn answer(table: &Table, status: i32, mut out: Buffer) -> String {
    if out.0[0] == 0 {
        return String::new();
    }
    let bytes = std::slice::from_raw_parts(out.0[0] as *const u8, out.0[1] as usize).to_vec();
    (table.free_buffer)(&mut out);
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(status, 0, "{text}");
    text
}

unsafe fn call(table: &Table, instance: *mut c_void, name: &str, request: &str) -> String {
    let mut out = Buffer::default();
    let status = (table.call)(instance, name.as_ptr(), name.len() as u64, request.as_ptr(), request.len() as u64, &mut out);
    answer(table, status, out)
}

unsafe fn open(table: &Table, kind: u32, request: &str) -> *mut c_void {
    let (mut instance, mut out) = (std::ptr::null_mut(), Buffer::default());
    let status = (table.open)(kind, request.as_ptr(), request.len() as u64, &mut instance, &mut out);
    answer(table, status, out);
    instance
}

unsafe fn second(reader: *mut c_void, writer: *mut c_void, source: &str, target: &str) {
    type Entry = unsafe extern "C" fn(u32) -> *const Table;
    let (from, to) = (&*symbol::<Entry>(reader, "dativo_plugin_v2")(2), &*symbol::<Entry>(writer, "dativo_plugin_v2")(2));
    let (reader, writer) = (open(from, 1, source), open(to, 2, target));
    call(from, reader, "extract", r#"{"objects":["records"],"state":{},"batch_states":true}"#);
    let mut schema = String::new();
    let mut native_schema: Option<[u64; 9]> = None;
    loop {
        let (mut event, mut out) = ([0u64; 23], Buffer::default());
        let status = (from.next)(reader, &mut event, &mut out);
        answer(from, status, out);
        let header = answer(from, 0, Buffer([event[1], event[2], event[3]]));
        match event[0] {
            1 => {
                let start = header.find("\"schema\":").unwrap() + 9;
                // The schema object ends where its braces balance.
                let mut depth = 0;
                let end = header[start..].char_indices().find(|(_, c)| {
                    depth += match c { '{' => 1, '}' => -1, _ => 0 };
                    depth == 0
                });
                schema = header[start..start + end.unwrap().0 + 1].to_string();
            }
            2 => {
                if event[11] != 0 {
                    native_schema = Some(event[4..13].try_into().unwrap());
                }
                // Lent again and again; its release function is not called until the end.
                let mut lent = native_schema.unwrap();
                lent[7] = keep as *const () as usize as u64;
                let mut array: [u64; 10] = event[13..23].try_into().unwrap();
                let request = format!("{{\"file_counter\":0,\"token\":\"t\",\"schema\":{schema}}}");
                let mut out = Buffer::default();
                let status = (to.write)(writer, request.as_ptr(), request.len() as u64, &mut lent, &mut array, &mut out);
                answer(to, status, out);
            }
            5 => break,
            _ => {}
        }
    }
    let flushed = call(to, writer, "flush", r#"{"token":"t"}"#);
    let files = &flushed[flushed.find('[').unwrap()..=flushed.find(']').unwrap()];
    call(to, writer, "commit", &format!("{{\"files\":{files},\"token\":\"t\",\"final\":true,\"schema\":{schema}}}"));
    (from.close)(reader);
    (to.close)(writer);
}

unsafe extern "C" fn keep(_schema: *mut c_void) {}

unsafe fn first(reader: *mut c_void, writer: *mut c_void, source: &str, target: &str) {
    type Create = unsafe extern "C" fn(*const c_char) -> *mut c_void;
    type Write = unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut c_char;
    type Extract = unsafe extern "C" fn(*mut c_void) -> *mut c_char;
    type Free = unsafe extern "C" fn(*mut c_char);
    let created = |library, name, config: &str| {
        let config = CString::new(config).unwrap();
        symbol::<Create>(library, name)(config.as_ptr())
    };
    let (from, to) = (created(reader, "create_reader", source), created(writer, "create_writer", target));
    let extract: Extract = symbol(reader, "extract_batch");
    let write: Write = symbol(writer, "write_batch");
    let (free, free_written): (Free, Free) = (symbol(reader, "free_string"), symbol(writer, "free_string"));
    let mut counter = 0;
    loop {
        let text = extract(from);
        if text.is_null() {
            return;
        }
        let mut batch = b"{\"records\":".to_vec();
        batch.extend_from_slice(CStr::from_ptr(text).to_bytes());
        batch.extend_from_slice(format!(",\"file_counter\":{counter}}}\0").as_bytes());
        free(text);
        let written = write(to, batch.as_ptr().cast());
        assert!(!written.is_null());
        free_written(written);
        counter += 1;
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let load = |path: &str| unsafe { dlopen(CString::new(path).unwrap().as_ptr(), 2) };
    let (reader, writer) = (load(&args[2]), load(&args[3]));
    assert!(!reader.is_null() && !writer.is_null(), "a library cannot be loaded");
    let started = Instant::now();
    unsafe {
        if args[1] == "1" { first(reader, writer, &args[4], &args[5]) } else { second(reader, writer, &args[4], &args[5]) }
    }
    println!("{{\"seconds\":{}}}", started.elapsed().as_secs_f64());
}
