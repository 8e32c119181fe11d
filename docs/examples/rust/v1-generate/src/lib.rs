//! The records of `generate`, as JSON through the ABI of existing plugins: written by hand, as the guide shows.

use std::ffi::{CStr, CString, c_char};

use serde::Deserialize;

#[derive(Deserialize)]
struct Config {
    connection: Connection,
}

#[derive(Deserialize)]
#[serde(default)]
struct Connection {
    /// Number of records.
    rows: u64,
    /// Number of records in a batch.
    batch_rows: u64,
}

impl Default for Connection {
    fn default() -> Self {
        Self { rows: 1_000_000, batch_rows: 10_000 }
    }
}

const CITIES: [&str; 8] = ["Zürich", "Oslo", "Lima", "Kyoto", "Accra", "Quito", "Perth", "Boston"];

pub struct Reader {
    connection: Connection,
    next: u64,
    text: Vec<u8>,
}

/// # Safety
///
/// `config` is a NUL-terminated text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn create_reader(config: *const c_char) -> *mut Reader {
    let config = unsafe { CStr::from_ptr(config) };
    match serde_json::from_slice::<Config>(config.to_bytes()) {
        Ok(Config { connection }) => {
            Box::into_raw(Box::new(Reader { connection, next: 0, text: Vec::new() }))
        }
        Err(error) => {
            eprintln!("v1-generate: {error}");
            std::ptr::null_mut()
        }
    }
}

/// # Safety
///
/// `reader` came from `create_reader`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn extract_batch(reader: *mut Reader) -> *mut c_char {
    let reader = unsafe { &mut *reader };
    let end = reader.connection.rows.min(reader.next + reader.connection.batch_rows);
    if reader.next >= end {
        return std::ptr::null_mut();
    }
    let text = &mut reader.text;
    text.clear();
    text.push(b'[');
    for id in reader.next..end {
        if id > reader.next {
            text.push(b',');
        }
        push_record(text, id);
    }
    text.push(b']');
    reader.next = end;
    // SAFETY: nothing above writes a NUL character.
    unsafe { CString::from_vec_unchecked(text.clone()) }.into_raw()
}

/// # Safety
///
/// `reader` came from `create_reader`, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_reader(reader: *mut Reader) {
    if !reader.is_null() {
        drop(unsafe { Box::from_raw(reader) });
    }
}

/// # Safety
///
/// `text` came from `extract_batch`, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_string(text: *mut c_char) {
    if !text.is_null() {
        drop(unsafe { CString::from_raw(text) });
    }
}

fn push_record(text: &mut Vec<u8>, id: u64) {
    text.extend_from_slice(b"{\"id\":");
    push_integer(text, id);
    text.extend_from_slice(b",\"account\":");
    push_integer(text, id.wrapping_mul(2_654_435_761) % 100_000);
    text.extend_from_slice(b",\"amount\":");
    push_amount(text, id % 100_000);
    text.extend_from_slice(b",\"quantity\":");
    push_integer(text, id % 50);
    text.extend_from_slice(if id.is_multiple_of(3) { b",\"active\":true" } else { b",\"active\":false" });
    text.extend_from_slice(b",\"created_at\":\"");
    push_timestamp(text, id);
    text.extend_from_slice(b"\",\"name\":\"customer ");
    push_padded(text, id % 10_000, 4);
    if id % 100 == 99 {
        text.extend_from_slice(b"\",\"city\":null}");
    } else {
        text.extend_from_slice(b"\",\"city\":\"");
        text.extend_from_slice(CITIES[(id % 8) as usize].as_bytes());
        text.extend_from_slice(b"\"}");
    }
}

fn push_integer(text: &mut Vec<u8>, number: u64) {
    let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
    push_padded(text, number, digits);
}

fn push_padded(text: &mut Vec<u8>, mut number: u64, digits: usize) {
    let start = text.len();
    text.resize(start + digits, b'0');
    for place in text[start..].iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Hundredths as serde writes the number: without a nought at the end.
fn push_amount(text: &mut Vec<u8>, hundredths: u64) {
    push_integer(text, hundredths / 100);
    text.push(b'.');
    match hundredths % 100 {
        rest if rest % 10 == 0 => push_padded(text, rest / 10, 1),
        rest => push_padded(text, rest, 2),
    }
}

/// 2026-01-01 and so many seconds.
fn push_timestamp(text: &mut Vec<u8>, seconds: u64) {
    let (mut year, mut month, mut day) = (2026, 0, seconds / 86_400);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let year_days = |year| if leap(year) { 366 } else { 365 };
    while day >= year_days(year) {
        day -= year_days(year);
        year += 1;
    }
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    let parts = [
        (year, 4, b'-'),
        (month as u64 + 1, 2, b'-'),
        (day + 1, 2, b'T'),
        (seconds / 3600 % 24, 2, b':'),
        (seconds / 60 % 60, 2, b':'),
        (seconds % 60, 2, b'Z'),
    ];
    for (number, digits, sign) in parts {
        push_padded(text, number, digits);
        text.push(sign);
    }
}
