#![doc = include_str!("../README.md")]

pub mod abi;
mod arrow_types;
mod batch;
pub mod code;
mod context;
mod error;
#[doc(hidden)]
pub mod export;
mod field_type;
mod field_type_text;
mod instance;
mod logging;
mod panic_guard;
mod partition;
mod reader;
mod record;
mod results;
mod rows;
mod spec;
#[cfg(feature = "testing")]
pub mod testing;
mod values;
mod writer;

pub use batch::Batch;
pub use context::{Context, Run};
pub use error::{Error, Result, ResultExt};
pub use field_type::{Field, FieldType, TableSchema};
pub use logging::LogLevel;
pub use partition::{Partition, PartitionsRequest};
pub use reader::{ExtractRequest, ObjectRequest, Reader};
pub use record::{FieldValue, Record};
pub use results::{
    Check, Committed, DiscoveredColumn, DiscoveredObject, Discovery, Rejected, StagedFile, Written,
};
pub use spec::{ObjectSpec, Spec, WriteMode};
pub use values::Bytes;
pub use writer::{AbortRequest, Asset, CommitRequest, Target, WriteBatch, Writer};

#[cfg(feature = "derive")]
pub use dativo_plugin_macros::Record;

pub use {arrow_array, arrow_schema, serde, serde_json};

/// What the code of a plugin mostly needs.
pub mod prelude {
    pub use crate::{
        AbortRequest, Batch, Check, CommitRequest, Committed, Context, Error, ExtractRequest, ObjectRequest,
        ObjectSpec, Partition, PartitionsRequest, Reader, Record, Rejected, Result, ResultExt, Spec,
        StagedFile, Target, WriteBatch, WriteMode, Writer, Written, code,
    };
    pub use serde::{Deserialize, Serialize};
}
