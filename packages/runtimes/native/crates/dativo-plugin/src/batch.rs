use std::fmt;

use arrow_array::RecordBatch;
use serde::Serialize;
use serde_json::Value;

use crate::field_type::TableSchema;
use crate::record::Record;
use crate::rows::{RowSchema, encode_rows};
use crate::{Result, ResultExt};

/// Records that a reader hands over, and the position after them.
///
/// ```
/// use dativo_plugin::prelude::*;
/// use dativo_plugin::serde_json::json;
///
/// // Rows of any serde type. Their columns are those that the object declares, or are found from the rows.
/// let batch = Batch::rows(vec![json!({"id": 1}), json!({"id": 2})]).checkpoint(json!({"page": 2}));
/// ```
pub struct Batch {
    pub(crate) data: Option<BatchData>,
    pub(crate) state: Option<Value>,
    pub(crate) filtered: u64,
    pub(crate) deduplicated: u64,
}

pub(crate) enum BatchData {
    Arrow(RecordBatch),
    Rows(Box<dyn Rows>),
}

impl Batch {
    /// Records of any serde type; the columns are those that the object declares, or are found from the rows.
    ///
    /// Found columns only ever widen from batch to batch: integers to numbers, and in the end to `json`, which holds
    /// anything. Values are converted only where nothing is lost; `COERCION_LOSSY` names the first that does not fit.
    pub fn rows<T: Serialize + Send + 'static>(rows: impl Into<Vec<T>>) -> Self {
        Self::of(BatchData::Rows(Box::new(Untyped(rows.into()))))
    }

    /// Records of a type whose columns are known, whatever the object declares.
    pub fn records<T: Record + Serialize + Send + 'static>(records: impl Into<Vec<T>>) -> Self {
        Self::of(BatchData::Rows(Box::new(Typed(records.into()))))
    }

    /// Arrow columns, handed over without copying.
    pub fn arrow(batch: RecordBatch) -> Self {
        Self::of(BatchData::Arrow(batch))
    }

    /// No records, for a position or counts alone.
    pub fn empty() -> Self {
        Self { data: None, state: None, filtered: 0, deduplicated: 0 }
    }

    /// Promises that all records up to the end of this batch were handed over, and that reading from this position
    /// yields every later one at least once. A later run finds it in [`ObjectRequest::state`](crate::ObjectRequest).
    ///
    /// # Panics
    ///
    /// When the position does not serialise to JSON, such as a map whose keys are not text.
    pub fn checkpoint(mut self, state: impl Serialize) -> Self {
        self.state = Some(serde_json::to_value(state).expect("a position is what JSON can hold"));
        self
    }

    /// Counts records that were read but left out on purpose.
    pub fn filtered(mut self, count: u64) -> Self {
        self.filtered = count;
        self
    }

    /// Counts records that were read again at an inclusive boundary and left out.
    pub fn deduplicated(mut self, count: u64) -> Self {
        self.deduplicated = count;
        self
    }

    fn of(data: BatchData) -> Self {
        Self { data: Some(data), ..Self::empty() }
    }
}

impl From<RecordBatch> for Batch {
    fn from(batch: RecordBatch) -> Self {
        Self::arrow(batch)
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = match &self.data {
            None => 0,
            Some(BatchData::Arrow(batch)) => batch.num_rows(),
            Some(BatchData::Rows(rows)) => rows.count(),
        };
        f.debug_struct("Batch").field("records", &records).field("state", &self.state).finish()
    }
}

impl BatchData {
    /// The records as Arrow columns; none where no row has said yet what the columns are.
    pub(crate) fn into_arrow(self, schema: &mut RowSchema) -> Result<Option<RecordBatch>> {
        match self {
            BatchData::Arrow(batch) => Ok(Some(batch)),
            BatchData::Rows(rows) => rows.encode(schema),
        }
    }
}

/// Rows of some type.
pub(crate) trait Rows: Send {
    fn count(&self) -> usize;
    fn encode(&self, schema: &mut RowSchema) -> Result<Option<RecordBatch>>;
}

struct Untyped<T>(Vec<T>);

impl<T: Serialize + Send> Rows for Untyped<T> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, schema: &mut RowSchema) -> Result<Option<RecordBatch>> {
        encode_rows(&self.0, schema)
    }
}

struct Typed<T>(Vec<T>);

impl<T: Record + Serialize + Send> Rows for Typed<T> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, _: &mut RowSchema) -> Result<Option<RecordBatch>> {
        let schema: TableSchema = T::schema();
        encode_rows(&self.0, &mut RowSchema::Declared(schema)).while_doing("Packing records")
    }
}
