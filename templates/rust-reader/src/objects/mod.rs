//! Every object that can be read; each is described in a file of its own.

//= {{#each sortedObjects}}
//= mod {{name}};
//= {{/each}}
mod users;
//=

use dativo_plugin::TableSchema;
use dativo_plugin::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// One list of the API.
pub(crate) struct SourceObject {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) description: &'static str,
    /// Column that changes follow; the API sorts by it.
    pub(crate) cursor: &'static str,
    pub(crate) schema: fn() -> TableSchema,
    pub(crate) decode: fn(Vec<Map<String, Value>>) -> Result<Batch>,
}

/// All of them.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<SourceObject> {
    vec![
        //= {{#each objects}}
        //= {{name}}::object(),
        //= {{/each}}
        users::object(),
        //=
    ]
}

/// The object of a name.
pub(crate) fn find(name: &str) -> Result<SourceObject> {
    all().into_iter().find(|object| object.name == name).ok_or_else(|| {
        let names: Vec<_> = all().iter().map(|object| object.name).collect();
        let message = format!("There is no object {name:?}; there are {}.", names.join(", "));
        Error::new(code::OBJECT_NOT_FOUND, message)
    })
}

impl SourceObject {
    /// What the engine is told of it.
    pub(crate) fn spec(&self) -> ObjectSpec {
        ObjectSpec::new(self.name)
            .description(self.description)
            .schema((self.schema)())
            .cursor(self.cursor)
            .incremental()
    }

    /// The key of a record, as a text that a position can hold.
    pub(crate) fn identity(&self, record: &Map<String, Value>) -> String {
        let key = (self.schema)().key.unwrap_or_default();
        let values: Vec<_> = key.iter().map(|column| record.get(column).unwrap_or(&Value::Null)).collect();
        serde_json::to_string(&values).unwrap_or_default()
    }
}

/// Records of a type, from what the API gives.
fn decode<R: Record + DeserializeOwned + Serialize + Send + 'static>(
    records: Vec<Map<String, Value>>,
) -> Result<Batch> {
    let rows: std::result::Result<Vec<R>, _> =
        records.into_iter().map(|record| serde_json::from_value(Value::Object(record))).collect();
    Ok(Batch::records(rows.while_doing("a record").code(code::SOURCE_UNREADABLE)?))
}
