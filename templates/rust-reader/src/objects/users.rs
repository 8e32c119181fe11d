use dativo_plugin::prelude::*;

use super::{SourceObject, decode};

/// One of the users, as the API gives it.
#[derive(Serialize, Deserialize, Record)]
struct Row {
    #[record(key)]
    id: String,
    name: String,
    active: bool,
    score: Option<f64>,
    #[record(type = "timestamp_tz")]
    updated_at: String,
}

pub(super) fn object() -> SourceObject {
    SourceObject {
        name: "users",
        path: "/users",
        description: "The users, with their latest change.",
        cursor: "updated_at",
        schema: Row::schema,
        decode: decode::<Row>,
    }
}
