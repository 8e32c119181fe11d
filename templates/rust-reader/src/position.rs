use std::collections::BTreeSet;

use dativo_plugin::prelude::*;
use serde_json::{Map, Value};

use crate::objects::SourceObject;

/// Where a read goes on: at the last value of the cursor, less the records with that value that were delivered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) since: Option<String>,
    delivered: BTreeSet<String>,
}

impl Position {
    /// The records of a page that were not delivered before; the position moves past them.
    pub(crate) fn fresh(
        &mut self,
        records: Vec<Map<String, Value>>,
        object: &SourceObject,
    ) -> Result<Vec<Map<String, Value>>> {
        let mut fresh = Vec::with_capacity(records.len());
        for record in records {
            let Some(changed) = record.get(object.cursor).and_then(Value::as_str) else {
                let message = format!("A record of {} has no {}.", object.name, object.cursor);
                return Err(Error::new(code::SOURCE_UNREADABLE, message));
            };
            if self.since.as_deref().is_some_and(|since| changed < since) {
                let message =
                    format!("{} is not sorted by {}, which positions count on.", object.name, object.cursor);
                return Err(Error::new(code::PLUGIN_ERROR, message));
            }
            if self.since.as_deref() != Some(changed) {
                self.since = Some(changed.to_owned());
                self.delivered.clear();
            }
            if self.delivered.insert(object.identity(&record)) {
                fresh.push(record);
            }
        }
        Ok(fresh)
    }
}
