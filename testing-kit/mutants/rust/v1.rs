//! The ABI of existing plugins, by hand as the guide shows it: JSON texts that the host gives back with `free_string`.

use std::ffi::{CStr, CString, c_char};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use crate::deeds;
use crate::json::{Json, quoted};
use crate::people::{BATCH, OBJECTS, as_json, records};
use crate::v2::{is_mutant, set_mutant};

pub struct Reader {
    objects: Vec<String>,
    position: usize,
    last: *mut c_char,
}

/// Where the mutant that has one position for all readers is.
static POSITION: AtomicUsize = AtomicUsize::new(0);

unsafe fn configuration(config: *const c_char) -> Option<Json> {
    let config = unsafe { CStr::from_ptr(config) };
    let parsed = Json::parse(config.to_bytes());
    if is_mutant("v1-unwraps-configuration") {
        return Some(parsed.unwrap());
    }
    match parsed {
        Ok(json @ Json::Object(_)) => {
            set_mutant(json.at("connection.mutant").text());
            Some(json)
        }
        Ok(_) => None,
        Err(error) => {
            eprintln!("The configuration cannot be used. {error}");
            None
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn create_reader_v1(config: *const c_char) -> *mut Reader {
    let Some(config) = (unsafe { configuration(config) }) else { return std::ptr::null_mut() };
    deeds::on_open(config.at("connection.mutant").text());
    POSITION.store(0, SeqCst);
    let asked: Vec<String> = config.at("objects").list().iter().map(|name| name.text().to_string()).collect();
    if let Some(unknown) = asked.iter().find(|name| !OBJECTS.contains(&name.as_str())) {
        eprintln!("There is no {unknown}.");
        return std::ptr::null_mut();
    }
    let objects = if is_mutant("v1-heeds-no-objects") { OBJECTS.map(String::from).into() } else { asked };
    Box::into_raw(Box::new(Reader { objects, position: 0, last: std::ptr::null_mut() }))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn extract_batch(reader: *mut Reader) -> *mut c_char {
    let reader = unsafe { &mut *reader };
    let all: Vec<_> = reader.objects.iter().flat_map(|object| records(object)).collect();
    let shared = is_mutant("v1-shares-position");
    let from = if shared { POSITION.fetch_add(BATCH, SeqCst) } else { reader.position };
    reader.position += BATCH;
    if from >= all.len() {
        let repeats = is_mutant("v1-repeats-the-last") && !all.is_empty();
        return if repeats { text(&as_json(&all[all.len() - 1..])) } else { std::ptr::null_mut() };
    }
    let batch = as_json(&all[from..all.len().min(from + BATCH)]);
    if is_mutant("v1-prints") {
        println!("read {from} of {}", all.len());
    }
    if is_mutant("v1-latin-1") {
        return owned(batch.replace("Person", "P\u{1}").bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect());
    }
    if is_mutant("v1-trailing-comma") {
        return text(&batch.replace("}]", "},]"));
    }
    if is_mutant("v1-static-text") {
        return c"[]".as_ptr().cast_mut();
    }
    if is_mutant("v1-same-text-twice") && !reader.last.is_null() {
        return std::mem::replace(&mut reader.last, std::ptr::null_mut());
    }
    reader.last = text(&batch);
    reader.last
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_reader(reader: *mut Reader) {
    if is_mutant("v1-frees-null") || !reader.is_null() {
        let reader = unsafe { std::ptr::read_volatile(&reader) };
        let objects = unsafe { (*reader).objects.len() };
        std::hint::black_box(objects);
        drop(unsafe { Box::from_raw(reader) });
    }
}

pub struct Writer {
    base: String,
    name: String,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn create_writer_v1(config: *const c_char) -> *mut Writer {
    let Some(config) = (unsafe { configuration(config) }) else { return std::ptr::null_mut() };
    let (base, name) = (config.at("output_base").text().to_string(), config.at("asset_name").text().to_string());
    Box::into_raw(Box::new(Writer { base, name }))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn write_batch(writer: *mut Writer, batch: *const c_char) -> *mut c_char {
    let (writer, batch) = unsafe { (&*writer, CStr::from_ptr(batch)) };
    let parsed = Json::parse(batch.to_bytes());
    if is_mutant("v1-writer-unwraps") {
        let _ = parsed.as_ref().unwrap();
    }
    let Ok(batch) = parsed else { return std::ptr::null_mut() };
    let count = batch.at("records").list().len();
    let counter = batch.at("file_counter").number().unwrap_or(0.0);
    let path = format!("{}/{}-{}-{counter}.json", writer.base, writer.name.replace(['/', '.'], "%"), std::process::id());
    let written = fs::create_dir_all(&writer.base).and_then(|()| fs::write(&path, "[]"));
    if written.is_err() {
        return std::ptr::null_mut();
    }
    text(&format!("[{{\"path\":{},\"record_count\":{count}}}]", quoted(&path)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_writer(writer: *mut Writer) {
    if !writer.is_null() {
        drop(unsafe { Box::from_raw(writer) });
    }
}

#[cfg(not(lean))]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_string(text: *mut c_char) {
    if !text.is_null() && !is_mutant("v1-frees-nothing") {
        drop(unsafe { CString::from_raw(text) });
    }
}

fn text(json: &str) -> *mut c_char {
    owned(json.into())
}

fn owned(bytes: Vec<u8>) -> *mut c_char {
    CString::new(bytes).unwrap_or_default().into_raw()
}
