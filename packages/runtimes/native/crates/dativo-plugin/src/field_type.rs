use serde::{Deserialize, Serialize};

/// The type of a field, one shape for every language.
///
/// As text it reads `integer`, `decimal(10,2)`, `timestamp_tz`, `list<string>` or `struct<a: integer!, b: date>`, and
/// parses from the same:
///
/// ```
/// use dativo_plugin::FieldType;
///
/// let price: FieldType = "decimal(10,2)".parse()?;
/// assert_eq!(price, FieldType::Decimal { precision: 10, scale: 2 });
/// assert_eq!(FieldType::List { item: Box::new(price) }.to_string(), "list<decimal(10,2)>");
/// # Ok::<(), dativo_plugin::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldType {
    /// UTF-8 text.
    String,
    /// A signed 64-bit integer.
    Integer,
    /// An IEEE 754 double.
    Number,
    /// A decimal number.
    Decimal {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits after the point, 0 to `precision`.
        scale: u8,
    },
    /// True or false.
    Boolean,
    /// Days since the epoch.
    Date,
    /// Microseconds since the epoch.
    Timestamp {
        /// Whether it is an instant (UTC), or a wall-clock reading that no zone may be applied to.
        zone: bool,
    },
    /// Bytes.
    Binary,
    /// JSON text of any shape.
    Json,
    /// A list of values of one type.
    List {
        /// Type of the values.
        item: Box<FieldType>,
    },
    /// Named members.
    Struct {
        /// The members.
        fields: Vec<Field>,
    },
}

/// A column of a table, or a member of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// A required field is never null and never missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Data classification such as `PII`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<String>,
}

impl Field {
    /// A field that may be null.
    pub fn new(name: impl Into<String>, field_type: FieldType) -> Self {
        Self { name: name.into(), field_type, required: false, description: None, classification: None }
    }

    /// The same field, never null and never missing.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// The columns of an object, and the columns that identify a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSchema {
    /// The columns.
    pub fields: Vec<Field>,
    /// Names of the fields that identify a record; what `merge` joins on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Vec<String>>,
}

impl TableSchema {
    /// A schema of these columns.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        Self { fields: fields.into_iter().collect(), key: None }
    }

    /// The same schema, whose records are identified by these columns.
    pub fn key<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.key = Some(names.into_iter().map(Into::into).collect());
        self
    }
}
