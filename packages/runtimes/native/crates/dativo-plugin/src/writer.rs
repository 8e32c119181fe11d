use arrow_array::RecordBatch;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::field_type::TableSchema;
use crate::spec::WriteMode;
use crate::{Check, Committed, Context, Result, Spec, StagedFile, Written, rows};

/// Writes the records of one object to a target.
///
/// What `write` and `flush` stage must stay invisible until `commit`, which makes all of it visible, once per token
/// however often it is called. Export it with [`export_writer!`](crate::export_writer).
///
/// ```
/// #![forbid(unsafe_code)]
/// use dativo_plugin::prelude::*;
///
/// #[derive(Deserialize)]
/// struct Config {}
///
/// struct Outbox;
///
/// impl Writer for Outbox {
///     type Config = Config;
///
///     fn open(_config: Config, _target: &Target, _ctx: &Context) -> Result<Self> {
///         Ok(Outbox)
///     }
///
///     fn write(&mut self, batch: WriteBatch, _ctx: &Context) -> Result<Written> {
///         let path = format!("outbox/{}-{}", batch.token, batch.file_counter);
///         Ok(StagedFile::new(path, batch.data.num_rows() as u64).into())
///     }
///
///     fn commit(&mut self, request: &CommitRequest, _ctx: &Context) -> Result<Committed> {
///         Ok(Committed::all(&request.files))
///     }
///
///     fn abort(&mut self, _request: &AbortRequest, _ctx: &Context) -> Result<()> {
///         Ok(())
///     }
/// }
/// # fn main() {}
///
/// dativo_plugin::export_writer!(Outbox);
/// ```
pub trait Writer: Sized + Send + 'static {
    /// The `target` of the job: `connection`, `credentials`, `engine.options` and so on.
    type Config: DeserializeOwned;

    /// What it says of itself before it is opened.
    fn spec() -> Spec {
        Spec::new()
    }

    /// Opens it for one object.
    fn open(config: Self::Config, target: &Target, ctx: &Context) -> Result<Self>;

    /// Whether the target can be used.
    fn check(&mut self, ctx: &Context) -> Result<Check> {
        let _ = ctx;
        Ok(Check::not_implemented())
    }

    /// Stages a batch. Records that cannot be stored are rejected by themselves.
    fn write(&mut self, batch: WriteBatch, ctx: &Context) -> Result<Written>;

    /// Makes everything written since the last commit durable in staging, and reports what `write` did not yet.
    fn flush(&mut self, token: &str, ctx: &Context) -> Result<Written> {
        let _ = (token, ctx);
        Ok(Written::default())
    }

    /// Makes staged files visible. The same token may come again after a crash, and must have the effect of once.
    fn commit(&mut self, request: &CommitRequest, ctx: &Context) -> Result<Committed>;

    /// Discards what was staged and leaves no trace of it. What is gone already is no error.
    fn abort(&mut self, request: &AbortRequest, ctx: &Context) -> Result<()>;
}

/// What a writer is opened for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Target {
    /// Name of the object.
    pub object: String,
    /// What a commit does to records that are already there.
    #[serde(default)]
    pub mode: WriteMode,
    /// Absolute folder or address that the job's `target.connection.path` names.
    #[serde(default)]
    pub output_base: String,
    /// The asset definition.
    #[serde(default)]
    pub asset: Asset,
}

/// What an asset definition says.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asset {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// Its columns, when it names them.
    #[serde(default)]
    pub schema: Option<TableSchema>,
    /// Everything else.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// Records to stage.
#[derive(Clone, Debug)]
pub struct WriteBatch {
    /// The columns.
    pub data: RecordBatch,
    /// What they hold.
    pub schema: TableSchema,
    /// Number of files this object has had so far, over all runs.
    pub file_counter: u64,
    /// Token of the commit that this batch will be part of.
    pub token: String,
}

impl WriteBatch {
    /// The records as serde rows.
    ///
    /// Decimals, dates and timestamps come as text, bytes as base64 text (see [`Bytes`](crate::Bytes)), `json` columns
    /// as the value itself; numbers that JSON cannot hold as the text `NaN`, `Infinity` or `-Infinity`. Fails with
    /// `COERCION_LOSSY` for a record that does not fit the type.
    pub fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>> {
        rows::decode_rows(&self.data)
    }
}

/// Staged files to make visible.
#[derive(Clone, Debug, Deserialize)]
pub struct CommitRequest {
    /// What `write` and `flush` reported since the last commit.
    pub files: Vec<StagedFile>,
    /// Unique to this commit.
    pub token: String,
    /// Whether the object was read to its end; `replace` takes effect here.
    #[serde(default, rename = "final")]
    pub is_final: bool,
    /// The columns of the object.
    #[serde(default)]
    pub schema: TableSchema,
}

/// What to discard.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "scope", rename_all = "lowercase")]
pub enum AbortRequest {
    /// These files.
    Files {
        /// The files.
        files: Vec<StagedFile>,
        /// Token of the commit that they were staged for.
        token: String,
    },
    /// All that a run staged and did not commit.
    Run {
        /// Id of the run.
        run_id: String,
    },
}
