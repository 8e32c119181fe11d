//! A reader and a writer of ABI v1 that behave as `connection.case` says; compiled by rustc alone.

use std::ffi::{c_char, c_void, CStr, CString};
use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

static LIVE_STRINGS: AtomicI64 = AtomicI64::new(0);
static LIVE_INSTANCES: AtomicI64 = AtomicI64::new(0);

/// Strings that were returned and not freed.
#[no_mangle]
pub extern "C" fn live_strings() -> i64 {
    LIVE_STRINGS.load(SeqCst)
}

/// Readers and writers that were created and not freed.
#[no_mangle]
pub extern "C" fn live_instances() -> i64 {
    LIVE_INSTANCES.load(SeqCst)
}

pub struct Plugin {
    config: String,
    case: String,
    lines: Vec<String>,
    position: u64,
    total: u64,
    batch: u64,
    /// Keeps what a leaking reader takes.
    leaked: Vec<Vec<u8>>,
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

fn create(input: *const c_char) -> *mut Plugin {
    let config = unsafe { CStr::from_ptr(input) }.to_str().unwrap().to_string();
    let case = text(&config, "case").unwrap_or("rows").to_string();
    if case == "null_creator" {
        eprintln!("no reader: connection.path is missing");
        return std::ptr::null_mut();
    }
    if case == "panic_in_creator" {
        panic!("the configuration has no path");
    }
    let lines: Vec<String> = match text(&config, "lines") {
        Some(path) => std::fs::read_to_string(path).unwrap().lines().map(String::from).collect(),
        None => Vec::new(),
    };
    let total = if lines.is_empty() { number(&config, "total").unwrap_or(10) } else { lines.len() as u64 };
    let batch = number(&config, "batch").unwrap_or(3);
    LIVE_INSTANCES.fetch_add(1, SeqCst);
    Box::into_raw(Box::new(Plugin { config, case, lines, position: 0, total, batch, leaked: Vec::new() }))
}

fn returned(bytes: Vec<u8>) -> *mut c_char {
    LIVE_STRINGS.fetch_add(1, SeqCst);
    unsafe { CString::from_vec_unchecked(bytes) }.into_raw()
}

#[no_mangle]
pub extern "C" fn create_reader(input: *const c_char) -> *mut Plugin {
    create(input)
}

#[no_mangle]
pub extern "C" fn create_writer(input: *const c_char) -> *mut Plugin {
    create(input)
}

#[no_mangle]
pub extern "C" fn extract_batch(reader: *mut Plugin) -> *mut c_char {
    let plugin = unsafe { &mut *reader };
    misbehave(plugin, plugin.position >= plugin.batch);
    match plugin.case.as_str() {
        "config" => {
            plugin.case = "end".to_string();
            return returned(format!("[{{\"config\":{}}}]", plugin.config).into_bytes());
        }
        "end" => return std::ptr::null_mut(),
        "repeat" => return returned(b"[{\"id\":1}]".to_vec()),
        "literal" => return returned(text(&plugin.config, "literal").unwrap().replace('\'', "\"").into_bytes()),
        "invalid_utf8" if plugin.position > 0 => return returned(b"[{\"name\":\"caf\xe9\"}]".to_vec()),
        "invalid_json" if plugin.position > 0 => {
            eprintln!("row 7 was cut off");
            return returned(b"[{\"id\":1},{\"id\":".to_vec());
        }
        _ => {}
    }
    if plugin.position >= plugin.total {
        return if plugin.case == "empty_array" { returned(b" [ ] ".to_vec()) } else { std::ptr::null_mut() };
    }
    let end = plugin.total.min(plugin.position + plugin.batch);
    let records: Vec<String> = (plugin.position..end)
        .map(|at| match plugin.lines.get(at as usize) {
            Some(line) => line.clone(),
            None => format!("{{\"id\":{at},\"name\":\"record {at}\"}}"),
        })
        .collect();
    plugin.position = end;
    returned(format!("[{}]", records.join(",")).into_bytes())
}

#[no_mangle]
pub extern "C" fn write_batch(writer: *mut Plugin, input: *const c_char) -> *mut c_char {
    let plugin = unsafe { &mut *writer };
    misbehave(plugin, plugin.position > 0);
    plugin.position += 1;
    match plugin.case.as_str() {
        "null_result" => return std::ptr::null_mut(),
        "wrong_result" => return returned(b"{\"path\":\"x\"}".to_vec()),
        "invalid_utf8" => return returned(b"[{\"path\":\"caf\xe9\"}]".to_vec()),
        _ => {}
    }
    let input = unsafe { CStr::from_ptr(input) }.to_str().unwrap();
    let folder = text(&plugin.config, "output_base").unwrap();
    let name = text(&plugin.config, "asset_name").unwrap();
    let counter_at = input.rfind(",\"file_counter\":").unwrap();
    let counter = number(input, "file_counter").unwrap_or_else(|| number(&input[counter_at..], "file_counter").unwrap());
    let records = &input["{\"records\":".len()..counter_at];
    std::fs::create_dir_all(folder).unwrap();
    let path = format!("{folder}/{name}-{counter}.json");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(records.as_bytes()).unwrap();
    returned(format!("[{{\"path\":\"{path}\",\"size_bytes\":{}}}]", records.len()).into_bytes())
}

extern "C" {
    fn puts(line: *const c_char) -> i32;
}

/// What brings a process down or holds it up; `later` once there was a good batch.
fn misbehave(plugin: &mut Plugin, later: bool) {
    match plugin.case.as_str() {
        "panic" if later => panic!("index 7 out of range"),
        "segfault" if later => {
            eprintln!("about to follow a pointer");
            unsafe { *(std::hint::black_box(8usize) as *mut u8) = 1 };
        }
        "exit" if later => std::process::exit(3),
        "hang" if later => loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        },
        "prints" => {
            println!("{{\"printed\": \"by Rust\"}}");
            unsafe { puts(c"{\"printed\": \"by C\"}".as_ptr()) };
        }
        "slow" => std::thread::sleep(std::time::Duration::from_millis(300)),
        "leak" => {
            plugin.leaked.push(vec![1; 32 * 1024 * 1024]);
            plugin.position = 0;
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        _ => {}
    }
}

fn free(plugin: *mut Plugin) {
    drop(unsafe { Box::from_raw(plugin) });
    LIVE_INSTANCES.fetch_sub(1, SeqCst);
}

#[no_mangle]
pub extern "C" fn free_reader(reader: *mut Plugin) {
    free(reader);
}

#[no_mangle]
pub extern "C" fn free_writer(writer: *mut Plugin) {
    free(writer);
}

#[no_mangle]
pub extern "C" fn free_string(text: *mut c_void) {
    drop(unsafe { CString::from_raw(text.cast()) });
    LIVE_STRINGS.fetch_sub(1, SeqCst);
}
