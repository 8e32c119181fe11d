//! Writes JSON Lines, or only counts, through the ABI of existing plugins: written by hand, as the guide shows.

use std::ffi::{CStr, CString, c_char};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Config {
    asset_name: String,
    output_base: PathBuf,
    #[serde(default)]
    engine: Engine,
}

#[derive(Default, Deserialize)]
struct Engine {
    #[serde(default)]
    options: Options,
}

#[derive(Default, Deserialize)]
struct Options {
    /// `jsonl` writes a file a batch; `count` keeps nothing.
    #[serde(default)]
    format: Format,
}

#[derive(Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Jsonl,
    Count,
}

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
    file_counter: u64,
}

pub struct Writer {
    config: Config,
    /// Unique to this writer, so that no run overwrites another's files.
    name: String,
}

/// # Safety
///
/// `config` is a NUL-terminated text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn create_writer(config: *const c_char) -> *mut Writer {
    let config = unsafe { CStr::from_ptr(config) };
    match serde_json::from_slice::<Config>(config.to_bytes()) {
        Ok(config) => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let name =
                format!("{}_{}_{}", file_name(&config.asset_name), std::process::id(), since.as_nanos());
            Box::into_raw(Box::new(Writer { config, name }))
        }
        Err(error) => {
            eprintln!("v1-sink: {error}");
            std::ptr::null_mut()
        }
    }
}

/// # Safety
///
/// `writer` came from `create_writer`, and `batch` is a NUL-terminated text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write_batch(writer: *mut Writer, batch: *const c_char) -> *mut c_char {
    let (writer, batch) = unsafe { (&*writer, CStr::from_ptr(batch)) };
    match writer.write(batch.to_bytes()) {
        Ok(files) => CString::new(files).map_or(std::ptr::null_mut(), CString::into_raw),
        Err(error) => {
            eprintln!("v1-sink: {error}");
            std::ptr::null_mut()
        }
    }
}

/// # Safety
///
/// `writer` came from `create_writer`, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_writer(writer: *mut Writer) {
    if !writer.is_null() {
        drop(unsafe { Box::from_raw(writer) });
    }
}

/// # Safety
///
/// `text` came from `write_batch`, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_string(text: *mut c_char) {
    if !text.is_null() {
        drop(unsafe { CString::from_raw(text) });
    }
}

/// A name of a file for an object, whatever it is called: an object named `../../x` must not leave the folder.
fn file_name(object: &str) -> String {
    object
        .chars()
        .map(|letter| if letter.is_alphanumeric() || letter == '-' { letter } else { '_' })
        .collect()
}

impl Writer {
    fn write(&self, batch: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
        let batch: Batch = serde_json::from_slice(batch)?;
        let count = batch.records.len();
        let name = format!("{}_{:06}.jsonl", self.name, batch.file_counter);
        if self.config.engine.options.format == Format::Count {
            return Ok(json!([{"path": name, "size_bytes": 0, "record_count": count}]).to_string());
        }
        fs::create_dir_all(&self.config.output_base)?;
        let path = self.config.output_base.join(name);
        let mut lines = BufWriter::new(File::create_new(&path)?);
        for record in batch.records {
            lines.write_all(record.get().as_bytes())?;
            lines.write_all(b"\n")?;
        }
        let size = lines.into_inner()?.metadata()?.len();
        Ok(json!([{"path": path, "size_bytes": size, "record_count": count}]).to_string())
    }
}
