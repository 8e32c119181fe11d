use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::field_type::TableSchema;
use crate::record::Record;

/// Version of the plugin contract that this crate speaks.
pub(crate) const CONTRACT_VERSION: u32 = 1;

/// What a commit does to records that are already in the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WriteMode {
    /// Adds to them.
    #[default]
    Append,
    /// Takes their place, once the object was read to its end.
    Replace,
    /// Takes the place of those with the same key.
    Merge,
}

/// What a reader says of one object.
///
/// ```
/// use dativo_plugin::{Field, FieldType, ObjectSpec, TableSchema};
///
/// let schema = TableSchema::new([Field::new("id", FieldType::Integer).required()]).key(["id"]);
/// let quakes = ObjectSpec::new("quakes").schema(schema).cursor("id").incremental();
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectSpec {
    /// Its name, as a job names it.
    pub name: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its columns; without them they are found from the records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<TableSchema>,
    /// Column that incremental reading follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Whether a later run goes on where this one ends.
    pub incremental: bool,
}

impl ObjectSpec {
    /// An object that is read completely each time.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), description: None, schema: None, cursor: None, incremental: false }
    }

    /// An object whose records are of this type: its schema is that of the type.
    pub fn of<R: Record>(name: impl Into<String>) -> Self {
        Self::new(name).schema(R::schema())
    }

    /// Says what it is.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Declares its columns.
    pub fn schema(mut self, schema: TableSchema) -> Self {
        self.schema = Some(schema);
        self
    }

    /// Names the column that incremental reading follows.
    pub fn cursor(mut self, column: impl Into<String>) -> Self {
        self.cursor = Some(column.into());
        self
    }

    /// Says that a later run goes on where this one ends, by the positions that batches carry.
    pub fn incremental(mut self) -> Self {
        self.incremental = true;
        self
    }
}

/// What a plugin says of itself before it is opened. Name, version and description are those of its Cargo package.
///
/// ```
/// use dativo_plugin::{ObjectSpec, Spec};
///
/// let spec = Spec::new().object(ObjectSpec::new("quakes")).secret("connection.token");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spec {
    name: String,
    kind: String,
    version: String,
    api: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config_schema: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objects: Vec<ObjectSpec>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    partitions: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotent_commit: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    modes: Vec<WriteMode>,
}

/// What the package of a plugin says; filled in by the export macros.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Package {
    pub name: &'static str,
    pub version: &'static str,
    pub description: &'static str,
}

impl Spec {
    /// A plugin that says nothing beyond its package.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls it something else than its package.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Says what it is for.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// JSON Schema of what it reads from `connection`, `credentials` and `engine.options`.
    pub fn config_schema(mut self, schema: Value) -> Self {
        self.config_schema = Some(schema);
        self
    }

    /// Key path whose value is secret, beside everything under `credentials`.
    pub fn secret(mut self, path: impl Into<String>) -> Self {
        self.secrets.push(path.into());
        self
    }

    /// Reader: an object that it knows without asking its source. With at least one, others are refused.
    pub fn object(mut self, object: ObjectSpec) -> Self {
        self.objects.push(object);
        self
    }

    /// Reader: `partitions` divides objects, so that their parts can be read side by side.
    pub fn partitions(mut self) -> Self {
        self.partitions = true;
        self
    }

    /// Writer: the modes it knows. Default: append.
    pub fn modes(mut self, modes: impl IntoIterator<Item = WriteMode>) -> Self {
        self.modes = modes.into_iter().collect();
        self
    }

    /// Writer: committing twice with one token has the effect of once.
    pub fn idempotent_commit(mut self) -> Self {
        self.idempotent_commit = Some(true);
        self
    }

    pub(crate) fn objects(&self) -> &[ObjectSpec] {
        &self.objects
    }

    pub(crate) fn divides(&self) -> bool {
        self.partitions
    }

    pub(crate) fn of_reader(self, package: Package) -> Self {
        self.completed("reader", package)
    }

    pub(crate) fn of_writer(self, package: Package) -> Self {
        Self { accepts: vec!["arrow".into()], ..self.completed("writer", package) }
    }

    fn completed(mut self, kind: &str, package: Package) -> Self {
        if self.name.is_empty() {
            self.name = package.name.into();
        }
        if self.description.is_none() && !package.description.is_empty() {
            self.description = Some(package.description.into());
        }
        Self { kind: kind.into(), version: package.version.into(), api: CONTRACT_VERSION, ..self }
    }
}
