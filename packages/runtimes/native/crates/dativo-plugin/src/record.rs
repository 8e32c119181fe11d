use crate::field_type::{Field, FieldType, TableSchema};

/// A serde struct whose columns are known: the schema of an object that is declared, not inferred.
///
/// Derive it. Names follow serde (`rename`, `rename_all`, `skip`), types follow Rust, `Option` may be null, and
/// attributes say the rest:
///
/// ```
/// use dativo_plugin::prelude::*;
///
/// #[derive(Serialize, Record)]
/// #[serde(rename_all = "camelCase")]
/// struct Order {
///     #[record(key)]
///     order_id: i64,
///     note: Option<String>,
///     /// Paid in all.
///     #[record(type = "decimal(10,2)")]
///     total: String,
///     #[record(type = "timestamp_tz", classification = "internal")]
///     updated: String,
/// }
///
/// let schema = Order::schema();
/// assert_eq!(schema.key, Some(vec!["orderId".to_string()]));
/// assert_eq!(schema.fields[2].field_type.to_string(), "decimal(10,2)");
/// assert_eq!(schema.fields[2].description.as_deref(), Some("Paid in all."));
/// assert!(schema.fields[0].required && !schema.fields[1].required);
/// ```
pub trait Record {
    /// The columns, in order, and the key.
    fn schema() -> TableSchema;
}

/// A Rust type that a column can have; what [`Record`] looks up for each field.
pub trait FieldValue {
    /// Whether it is always there. `Option` is what is not.
    const REQUIRED: bool = true;

    /// Its field type.
    fn field_type() -> FieldType;

    /// A column of this type.
    fn field(name: &str) -> Field {
        Field { required: Self::REQUIRED, ..Field::new(name, Self::field_type()) }
    }
}

macro_rules! field_values {
    ($($field_type:expr => $($rust:ty),+;)+) => {
        $($(impl FieldValue for $rust {
            fn field_type() -> FieldType {
                $field_type
            }
        })+)+
    };
}

field_values! {
    FieldType::Boolean => bool;
    FieldType::Integer => i8, i16, i32, i64, u8, u16, u32;
    FieldType::Decimal { precision: 20, scale: 0 } => u64;
    FieldType::Number => f32, f64;
    FieldType::String => String, &str, char, std::borrow::Cow<'_, str>;
    FieldType::Json => serde_json::Value, serde_json::Map<String, serde_json::Value>;
}

#[cfg(feature = "chrono")]
field_values! {
    FieldType::Timestamp { zone: true } => chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::FixedOffset>;
    FieldType::Timestamp { zone: false } => chrono::NaiveDateTime;
    FieldType::Date => chrono::NaiveDate;
}

impl<T: FieldValue> FieldValue for Option<T> {
    const REQUIRED: bool = false;

    fn field_type() -> FieldType {
        T::field_type()
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn field_type() -> FieldType {
        FieldType::List { item: Box::new(T::field_type()) }
    }
}

impl<T: FieldValue> FieldValue for Box<T> {
    const REQUIRED: bool = T::REQUIRED;

    fn field_type() -> FieldType {
        T::field_type()
    }
}

impl<K, V> FieldValue for std::collections::BTreeMap<K, V> {
    fn field_type() -> FieldType {
        FieldType::Json
    }
}

impl<K, V, S> FieldValue for std::collections::HashMap<K, V, S> {
    fn field_type() -> FieldType {
        FieldType::Json
    }
}
