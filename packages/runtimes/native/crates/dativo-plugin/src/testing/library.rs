use std::marker::PhantomData;
use std::mem::size_of;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::abi::{DATIVO_ABI_VERSION, DATIVO_READER, DATIVO_WRITER, DativoPluginEntry, DativoPluginV2};
use crate::export::{Exports, Kind, Package, v2};
use crate::{Error, Reader, Result, ResultExt, Writer, code};

use super::ledger::Ledger;
use super::open_reader::OpenReader;
use super::open_writer::OpenWriter;
use super::operations::{Handle, answered};

/// A plugin as a host sees it through ABI 2.
#[derive(Debug)]
pub struct Library {
    plugin: Arc<Plugin>,
}

/// The table of a plugin.
#[derive(Debug)]
pub(super) struct Plugin {
    pub(super) table: &'static DativoPluginV2,
    pub(super) ledger: Arc<Ledger>,
}

/// What a crate under test would export.
pub(super) struct ReaderOf<R>(PhantomData<R>);
pub(super) struct WriterOf<W>(PhantomData<W>);

const UNDER_TEST: Package =
    Package { name: "under-test", version: "0.0.0", description: "The crate under test" };

impl<R: Reader> Exports for ReaderOf<R> {
    const PACKAGE: Package = UNDER_TEST;
    const READER: Option<Kind> = Some(Kind::reader::<R>());
}

impl<W: Writer> Exports for WriterOf<W> {
    const PACKAGE: Package = UNDER_TEST;
    const WRITER: Option<Kind> = Some(Kind::writer::<W>());
}

impl Library {
    /// A reader of the crate under test.
    pub fn reader<R: Reader>() -> Self {
        Self::linked(v2::table::<ReaderOf<R>>(DATIVO_ABI_VERSION))
    }

    /// A writer of the crate under test.
    pub fn writer<W: Writer>() -> Self {
        Self::linked(v2::table::<WriterOf<W>>(DATIVO_ABI_VERSION))
    }

    fn linked(table: *const DativoPluginV2) -> Self {
        // SAFETY: the table of a crate that is linked in is static.
        let plugin = Plugin { table: unsafe { &*table }, ledger: Arc::default() };
        Self { plugin: Arc::new(plugin) }
    }

    /// Loads a compiled library, of whatever language. It stays loaded until the process ends, because the records
    /// that it hands over are released by its code. Fails with `PLUGIN_LOAD_FAILED`, or with
    /// `PLUGIN_VERSION_INCOMPATIBLE` when it does not speak this ABI.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: whoever tests a library trusts its initialisers, and that its symbol is what the header says.
        let table = unsafe {
            let loaded = libloading::Library::new(path.as_ref()).code(code::PLUGIN_LOAD_FAILED)?;
            let loaded = std::mem::ManuallyDrop::new(loaded);
            let entry =
                loaded.get::<DativoPluginEntry>(c"dativo_plugin_v2").code(code::PLUGIN_LOAD_FAILED)?;
            entry(DATIVO_ABI_VERSION).as_ref::<'static>()
        };
        let fits = |table: &&DativoPluginV2| {
            table.abi_version == DATIVO_ABI_VERSION && table.size >= size_of::<DativoPluginV2>() as u64
        };
        let table = table.filter(fits).ok_or_else(|| {
            let message = format!("{} does not speak ABI {DATIVO_ABI_VERSION}.", path.as_ref().display());
            Error::new(code::PLUGIN_VERSION_INCOMPATIBLE, message)
        })?;
        let plugin = Plugin { table, ledger: Arc::default() };
        Ok(Self { plugin: Arc::new(plugin) })
    }

    /// What has crossed so far.
    pub fn ledger(&self) -> &Ledger {
        &self.plugin.ledger
    }

    /// What the reader says of itself.
    pub fn reader_spec(&self) -> Result<Value> {
        self.spec(DATIVO_READER)
    }

    /// What the writer says of itself.
    pub fn writer_spec(&self) -> Result<Value> {
        self.spec(DATIVO_WRITER)
    }

    fn spec(&self, kind: u32) -> Result<Value> {
        let spec = self.plugin.table.spec.expect("the table has a spec");
        // SAFETY: as the header says.
        let json = answered(&self.plugin, |out| unsafe { spec(kind, out) })?;
        Ok(serde_json::from_slice(&json)?)
    }

    /// Opens the reader with the `source` of a job.
    pub fn open_reader(&self, config: &Value) -> Result<OpenReader> {
        self.open_reader_with(&json!({
            "config": config,
            "run": {"id": "run-1", "job": "test"},
            "project_root": std::env::current_dir()?,
            "default_object": "records",
        }))
    }

    /// Opens the reader with a whole request.
    pub fn open_reader_with(&self, request: &Value) -> Result<OpenReader> {
        Handle::open(&self.plugin, DATIVO_READER, request).map(OpenReader::new)
    }

    /// Opens the writer for the object `records` with the `target` of a job and the folder that it writes to.
    pub fn open_writer(&self, config: &Value, output_base: impl AsRef<Path>) -> Result<OpenWriter> {
        self.open_writer_with(&json!({
            "config": config,
            "asset": {"name": "records", "version": "1.0"},
            "object": "records",
            "mode": "append",
            "output_base": output_base.as_ref(),
            "run": {"id": "run-1", "job": "test"},
            "project_root": std::env::current_dir()?,
        }))
    }

    /// Opens the writer with a whole request.
    pub fn open_writer_with(&self, request: &Value) -> Result<OpenWriter> {
        Handle::open(&self.plugin, DATIVO_WRITER, request).map(OpenWriter::new)
    }
}
