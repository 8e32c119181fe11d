//! What operations answer, by the names of the contract.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What `check` answers.
///
/// ```
/// use dativo_plugin::Check;
///
/// let check = Check::ok("Connected.").detail("version", "16.2");
/// assert!(check.success);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Whether the source or target can be used with this configuration.
    pub success: bool,
    /// One sentence for the person who ran the check.
    pub message: String,
    /// A stable code such as `AUTH_FAILED` or `NETWORK_ERROR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Facts worth showing, such as a server version.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
}

impl Check {
    /// It can be used.
    pub fn ok(message: impl Into<String>) -> Self {
        Self { success: true, message: message.into(), error_code: None, details: Map::new() }
    }

    /// It cannot be used, for a reason that a code names, such as `AUTH_FAILED` or `NETWORK_ERROR`.
    pub fn failed(error_code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { success: false, error_code: Some(error_code.into()), ..Self::ok(message) }
    }

    /// The plugin has no check, so whether it can be used is unknown.
    pub fn not_implemented() -> Self {
        Self::failed("NOT_IMPLEMENTED", "This plugin does not check its connection.")
    }

    /// Adds a fact worth showing.
    pub fn detail(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.details.insert(name.into(), value.into());
        self
    }
}

/// One column of a discovered object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiscoveredColumn {
    /// Its name.
    pub name: String,
    /// A field type as text, such as `integer` or `decimal(10,2)`.
    #[serde(rename = "type")]
    pub field_type: String,
    /// Whether it is never null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One object that `extract` accepts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiscoveredObject {
    /// Its name, as a job names it.
    pub name: String,
    /// What kind of object it is: table, file, endpoint …
    #[serde(rename = "type")]
    pub object_type: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its columns, where the source knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<DiscoveredColumn>>,
    /// Columns that identify a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Vec<String>>,
    /// Column that incremental reading follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What `discover` answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Discovery {
    /// The objects.
    pub objects: Vec<DiscoveredObject>,
    /// Facts about the source.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

/// What a writer says of one thing it staged: a file, a table part, a receipt.
///
/// ```
/// use dativo_plugin::StagedFile;
///
/// let file = StagedFile::new("out/part-0.parquet", 1000).size_bytes(4096).with("etag", "abc");
/// assert_eq!(file.record_count, Some(1000));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StagedFile {
    /// Where the records are, or the receipt that names them.
    pub path: String,
    /// Its size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Number of records in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_count: Option<u64>,
    /// Whatever else `commit` wants to know again.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl StagedFile {
    /// So many records at a path.
    pub fn new(path: impl Into<String>, record_count: u64) -> Self {
        Self { path: path.into(), size_bytes: None, record_count: Some(record_count), more: Map::new() }
    }

    /// Says how large it is.
    pub fn size_bytes(mut self, bytes: u64) -> Self {
        self.size_bytes = Some(bytes);
        self
    }

    /// Keeps something for `commit`.
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.more.insert(name.into(), value.into());
        self
    }
}

/// A record that a writer could not store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    /// Position of the record in the batch.
    pub index: u64,
    /// Why, in one sentence.
    pub reason: String,
    /// Path of the value, such as `address.city`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What was expected there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
}

impl Rejected {
    /// Rejects the record at this position of the batch.
    pub fn new(index: u64, reason: impl Into<String>) -> Self {
        Self { index, reason: reason.into(), path: None, expected: None, got: None }
    }
}

/// What `write` and `flush` answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// What was staged and not reported before.
    pub files: Vec<StagedFile>,
    /// Records of this batch that could not be stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejected>,
}

impl Written {
    /// Nothing to report yet; `flush` will.
    pub fn nothing_yet() -> Self {
        Self::default()
    }
}

impl From<StagedFile> for Written {
    fn from(file: StagedFile) -> Self {
        Self { files: vec![file], rejected: Vec::new() }
    }
}

impl From<Vec<StagedFile>> for Written {
    fn from(files: Vec<StagedFile>) -> Self {
        Self { files, rejected: Vec::new() }
    }
}

/// What `commit` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Committed {
    /// `success`; anything else fails the run.
    pub status: String,
    /// Number of files made visible.
    pub files_added: u64,
    /// Number of records in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_records: Option<u64>,
    /// Whatever else is worth a place in the report.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Committed {
    /// All these files are visible now.
    pub fn all(files: &[StagedFile]) -> Self {
        let records: Option<u64> = files.iter().map(|file| file.record_count).sum();
        Self {
            status: "success".into(),
            files_added: files.len() as u64,
            total_records: records,
            more: Map::new(),
        }
    }
}
