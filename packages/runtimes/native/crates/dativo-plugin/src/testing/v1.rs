use std::ffi::{CStr, CString, c_char, c_void};
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::export::{Exports, v1};
use crate::{Error, Reader, Result, ResultExt, Writer, code};

use super::ledger::Ledger;
use super::library::{ReaderOf, WriterOf};

type Create = unsafe extern "C" fn(*const c_char) -> *mut c_void;
type Extract = unsafe extern "C" fn(*mut c_void) -> *mut c_char;
type Write = unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut c_char;
type FreeHandle = unsafe extern "C" fn(*mut c_void);
type FreeString = unsafe extern "C" fn(*mut c_char);

/// A plugin as a host sees it through ABI 1.
#[derive(Debug)]
pub struct V1Library {
    symbols: Arc<Symbols>,
}

#[derive(Debug)]
struct Symbols {
    create_reader: Option<Create>,
    extract_batch: Option<Extract>,
    free_reader: Option<FreeHandle>,
    create_writer: Option<Create>,
    write_batch: Option<Write>,
    free_writer: Option<FreeHandle>,
    free_string: Option<FreeString>,
    ledger: Arc<Ledger>,
}

/// An open reader of ABI 1.
#[derive(Debug)]
pub struct V1Reader {
    symbols: Arc<Symbols>,
    handle: *mut c_void,
}

/// An open writer of ABI 1.
#[derive(Debug)]
pub struct V1Writer {
    symbols: Arc<Symbols>,
    handle: *mut c_void,
}

struct Linked<T>(PhantomData<T>);
/// The exported functions, as the macros would make them.
impl<E: Exports> Linked<E> {
    unsafe extern "C" fn create_reader(config: *const c_char) -> *mut c_void {
        // SAFETY: passed on.
        unsafe { v1::create_reader::<E>(config) }
    }

    unsafe extern "C" fn create_writer(config: *const c_char) -> *mut c_void {
        // SAFETY: passed on.
        unsafe { v1::create_writer::<E>(config) }
    }
}

unsafe extern "C" fn extract_batch(reader: *mut c_void) -> *mut c_char {
    // SAFETY: passed on.
    unsafe { v1::extract_batch(reader) }
}

unsafe extern "C" fn write_batch(writer: *mut c_void, batch: *const c_char) -> *mut c_char {
    // SAFETY: passed on.
    unsafe { v1::write_batch(writer, batch) }
}

unsafe extern "C" fn free_reader(reader: *mut c_void) {
    // SAFETY: passed on.
    unsafe { v1::free_reader(reader) }
}

unsafe extern "C" fn free_writer(writer: *mut c_void) {
    // SAFETY: passed on.
    unsafe { v1::free_writer(writer) }
}

unsafe extern "C" fn free_string(text: *mut c_char) {
    // SAFETY: passed on.
    unsafe { v1::free_string(text) }
}

impl Symbols {
    fn none() -> Self {
        Self {
            create_reader: None,
            extract_batch: None,
            free_reader: None,
            create_writer: None,
            write_batch: None,
            free_writer: None,
            free_string: Some(free_string),
            ledger: Arc::default(),
        }
    }

    /// Copies a string of the plugin, and gives it back.
    fn taken(&self, text: *mut c_char) -> Option<Vec<u8>> {
        if text.is_null() {
            return None;
        }
        self.ledger.count_strings().cross();
        // SAFETY: the plugin returned it just now.
        let copy = unsafe { CStr::from_ptr(text) }.to_bytes().to_vec();
        if let Some(free_string) = self.free_string {
            // SAFETY: once, and by the plugin.
            unsafe { free_string(text) };
            self.ledger.count_strings().release();
        }
        Some(copy)
    }
}

impl V1Library {
    /// A reader of the crate under test.
    pub fn reader<R: Reader>() -> Self {
        let symbols = Symbols {
            create_reader: Some(Linked::<ReaderOf<R>>::create_reader),
            extract_batch: Some(extract_batch),
            free_reader: Some(free_reader),
            ..Symbols::none()
        };
        Self { symbols: Arc::new(symbols) }
    }

    /// A writer of the crate under test.
    pub fn writer<W: Writer>() -> Self {
        let symbols = Symbols {
            create_writer: Some(Linked::<WriterOf<W>>::create_writer),
            write_batch: Some(write_batch),
            free_writer: Some(free_writer),
            ..Symbols::none()
        };
        Self { symbols: Arc::new(symbols) }
    }

    /// Loads a compiled library, which stays loaded until the process ends. Fails with `PLUGIN_LOAD_FAILED`.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: whoever tests a library trusts its initialisers, and that its symbols are what the guide says.
        let symbols = unsafe {
            let loaded = libloading::Library::new(path.as_ref()).code(code::PLUGIN_LOAD_FAILED)?;
            let loaded = std::mem::ManuallyDrop::new(loaded);
            Symbols {
                create_reader: loaded.get::<Create>(c"create_reader").ok().map(|symbol| *symbol),
                extract_batch: loaded.get::<Extract>(c"extract_batch").ok().map(|symbol| *symbol),
                free_reader: loaded.get::<FreeHandle>(c"free_reader").ok().map(|symbol| *symbol),
                create_writer: loaded.get::<Create>(c"create_writer").ok().map(|symbol| *symbol),
                write_batch: loaded.get::<Write>(c"write_batch").ok().map(|symbol| *symbol),
                free_writer: loaded.get::<FreeHandle>(c"free_writer").ok().map(|symbol| *symbol),
                free_string: loaded.get::<FreeString>(c"free_string").ok().map(|symbol| *symbol),
                ledger: Arc::default(),
            }
        };
        Ok(Self { symbols: Arc::new(symbols) })
    }

    /// What has crossed so far.
    pub fn ledger(&self) -> &Ledger {
        &self.symbols.ledger
    }

    /// Creates the reader with `{type, connection, credentials, objects, files, incremental, engine}`. Fails with
    /// `PLUGIN_ERROR` when it returns NULL; what it said is on standard error.
    pub fn create_reader(&self, config: &Value) -> Result<V1Reader> {
        let handle = self.create(self.symbols.create_reader, "create_reader", config)?;
        Ok(V1Reader { symbols: self.symbols.clone(), handle })
    }

    /// Creates the writer with `{asset_name, schema, output_base, target_type, connection, file_format, engine}`.
    /// Fails with `PLUGIN_ERROR` when it returns NULL; what it said is on standard error.
    pub fn create_writer(&self, config: &Value) -> Result<V1Writer> {
        let handle = self.create(self.symbols.create_writer, "create_writer", config)?;
        Ok(V1Writer { symbols: self.symbols.clone(), handle })
    }

    fn create(&self, create: Option<Create>, name: &str, config: &Value) -> Result<*mut c_void> {
        let create = exported(create, name)?;
        let config = CString::new(serde_json::to_string(config)?)?;
        // SAFETY: as the guide says.
        let handle = unsafe { create(config.as_ptr()) };
        if handle.is_null() {
            return Err(Error::new(code::PLUGIN_ERROR, format!("{name} returned NULL.")));
        }
        self.symbols.ledger.count_instances().cross();
        Ok(handle)
    }
}

fn exported<S: Copy>(symbol: Option<S>, name: &str) -> Result<S> {
    symbol.ok_or_else(|| {
        Error::new(code::PLUGIN_EXPORT_NOT_FOUND, format!("The library does not export {name}."))
    })
}

impl V1Reader {
    /// The next records; none at the end. Fails with `ABI_VIOLATION` when the text is not a JSON array.
    pub fn extract_batch(&mut self) -> Result<Option<Vec<Value>>> {
        let Some(text) = self.extract_text()? else { return Ok(None) };
        let records: Option<Vec<Value>> = serde_json::from_slice(&text)
            .code(code::ABI_VIOLATION)
            .while_doing(String::from_utf8_lossy(&text))?;
        Ok(records.filter(|records| !records.is_empty()))
    }

    /// The next text as it is; none for NULL.
    pub fn extract_text(&mut self) -> Result<Option<Vec<u8>>> {
        let extract = exported(self.symbols.extract_batch, "extract_batch")?;
        // SAFETY: as the guide says.
        Ok(self.symbols.taken(unsafe { extract(self.handle) }))
    }

    /// All records until the end.
    pub fn read(&mut self) -> Result<Vec<Value>> {
        let mut records = Vec::new();
        while let Some(batch) = self.extract_batch()? {
            records.extend(batch);
        }
        Ok(records)
    }
}

impl V1Writer {
    /// Writes `{records, file_counter}`, and returns the metadata of files. Fails with `PLUGIN_ERROR` for NULL.
    pub fn write_batch(&mut self, batch: &Value) -> Result<Vec<Value>> {
        let write = exported(self.symbols.write_batch, "write_batch")?;
        let batch = CString::new(serde_json::to_string(batch)?)?;
        // SAFETY: as the guide says.
        let text = self.symbols.taken(unsafe { write(self.handle, batch.as_ptr()) });
        let text = text.ok_or_else(|| Error::new(code::PLUGIN_ERROR, "write_batch returned NULL."))?;
        serde_json::from_slice(&text).code(code::ABI_VIOLATION)
    }
}

impl Drop for V1Reader {
    fn drop(&mut self) {
        if let Some(free_reader) = self.symbols.free_reader {
            // SAFETY: once.
            unsafe { free_reader(self.handle) };
            self.symbols.ledger.count_instances().release();
        }
    }
}

impl Drop for V1Writer {
    fn drop(&mut self) {
        if let Some(free_writer) = self.symbols.free_writer {
            // SAFETY: once.
            unsafe { free_writer(self.handle) };
            self.symbols.ledger.count_instances().release();
        }
    }
}
