//! A reader that does what no reader should, through the ABI of existing plugins, which catches no panics.

use std::ffi::{CStr, CString, c_char};
use std::time::Duration;

use serde::Deserialize;

#[derive(Deserialize)]
struct Config {
    connection: Connection,
}

#[derive(Deserialize)]
struct Connection {
    misbehave: Misbehaviour,
    /// In which call.
    #[serde(default, rename = "in")]
    call: Call,
    /// Good batches before it, in `extract_batch`.
    #[serde(default = "two")]
    after: u64,
}

fn two() -> u64 {
    2
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Misbehaviour {
    Panic,
    Segfault,
    Hang,
    Exit,
    /// Keeps every string for ever, and never ends.
    Leak,
    InvalidUtf8,
    InvalidJson,
    /// Returns an object in place of an array.
    WrongShape,
    /// Returns the same batch for ever.
    Repeat,
    /// Returns NULL from the creator.
    Null,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Call {
    Create,
    #[default]
    Extract,
    Free,
}

pub struct Reader {
    connection: Connection,
    batches: u64,
}

impl Reader {
    fn fall(&self, call: Call) {
        if call != self.connection.call {
            return;
        }
        match self.connection.misbehave {
            Misbehaviour::Panic => panic!("this reader panics after {} batches", self.batches),
            Misbehaviour::Segfault => {
                eprintln!("about to write where nothing is");
                // SAFETY: none. That is the point.
                unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(1) }
            }
            Misbehaviour::Hang => loop {
                std::thread::sleep(Duration::from_secs(3600));
            },
            Misbehaviour::Exit => std::process::exit(7),
            _ => {}
        }
    }

    fn next_text(&mut self) -> Option<Vec<u8>> {
        if self.batches >= self.connection.after {
            self.fall(Call::Extract);
            match self.connection.misbehave {
                Misbehaviour::InvalidUtf8 => return Some(b"[{\"id\":1,\"name\":\"\xff\xfe\"}]".to_vec()),
                Misbehaviour::InvalidJson => return Some(b"[{\"id\":1,]".to_vec()),
                Misbehaviour::WrongShape => return Some(b"{\"id\":1}".to_vec()),
                Misbehaviour::Repeat => return Some(b"[{\"id\":1,\"name\":\"Record 1\"}]".to_vec()),
                Misbehaviour::Leak => {}
                _ => return None,
            }
        }
        let start = self.batches * 100;
        self.batches += 1;
        let records = (start..start + 100).map(|id| format!("{{\"id\":{id},\"name\":\"Record {id}\"}}"));
        Some(format!("[{}]", records.collect::<Vec<_>>().join(",")).into_bytes())
    }
}

/// # Safety
///
/// `config` is a NUL-terminated text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn create_reader(config: *const c_char) -> *mut Reader {
    let config = unsafe { CStr::from_ptr(config) };
    let Config { connection } = serde_json::from_slice(config.to_bytes()).unwrap();
    if connection.misbehave == Misbehaviour::Null {
        eprintln!("there is nothing to read here");
        return std::ptr::null_mut();
    }
    let reader = Reader { connection, batches: 0 };
    reader.fall(Call::Create);
    Box::into_raw(Box::new(reader))
}

/// # Safety
///
/// `reader` came from `create_reader`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn extract_batch(reader: *mut Reader) -> *mut c_char {
    let reader = unsafe { &mut *reader };
    match reader.next_text() {
        Some(mut text) => {
            if reader.connection.misbehave == Misbehaviour::Leak {
                // White space is no data, so that the text says the same and weighs a megabyte.
                text.resize(1 << 20, b' ');
            }
            CString::new(text).unwrap().into_raw()
        }
        None => std::ptr::null_mut(),
    }
}

/// # Safety
///
/// `reader` came from `create_reader`, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_reader(reader: *mut Reader) {
    if !reader.is_null() {
        let reader = unsafe { Box::from_raw(reader) };
        reader.fall(Call::Free);
    }
}

/// # Safety
///
/// `text` came from `extract_batch`, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_string(text: *mut c_char) {
    if text.is_null() {
        return;
    }
    let text = unsafe { CString::from_raw(text) };
    if text.as_bytes().len() == 1 << 20 {
        // A string of the reader that leaks.
        std::mem::forget(text);
    }
}
