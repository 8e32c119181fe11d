use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field_type::FieldType;
use crate::record::FieldValue;

/// Bytes of a `binary` column. A plain `Vec<u8>` is a list of integers to serde.
///
/// ```
/// use dativo_plugin::Bytes;
///
/// let bytes: Bytes = dativo_plugin::serde_json::from_str("\"aGk=\"")?;
/// assert_eq!(bytes.0, b"hi");
/// # Ok::<(), dativo_plugin::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl FieldValue for Bytes {
    fn field_type() -> FieldType {
        FieldType::Binary
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;
        impl Visitor<'_> for Base64 {
            type Value = Bytes;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("base64 text")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
                STANDARD.decode(text).map(Bytes).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Base64).map_err(D::Error::custom)
    }
}
