//! Runs a plugin through its own ABI in `cargo test`, as a host does, and keeps the books of what crosses.
//!
//! Turn the feature `testing` on under `[dev-dependencies]`. [`Library::reader`] and [`Library::writer`] take the crate
//! under test, [`Library::load`] a compiled library; both talk through function pointers and C structures alone.
//!
//! ```
//! use dativo_plugin::prelude::*;
//! use dativo_plugin::serde_json::{Value, json};
//! use dativo_plugin::testing::Library;
//!
//! struct Hello { said: bool }
//!
//! impl Reader for Hello {
//!     type Config = Value;
//!
//!     fn open(_: Value, _: &Context) -> Result<Self> {
//!         Ok(Hello { said: false })
//!     }
//!
//!     fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> {
//!         let first = !std::mem::replace(&mut self.said, true);
//!         Ok(first.then(|| Batch::rows(vec![json!({"hello": "world"})]).checkpoint(json!(1))))
//!     }
//! }
//!
//! let library = Library::reader::<Hello>();
//! let mut reader = library.open_reader(&json!({}))?;
//! let objects = reader.read(&["greetings"], &json!({}))?;
//! assert_eq!(objects[0].rows::<Value>()?, vec![json!({"hello": "world"})]);
//! assert_eq!(objects[0].checkpoints, vec![json!(1)]);
//! drop(objects);
//! drop(reader);
//! // Everything that crossed was given back, once.
//! library.ledger().assert_balanced();
//! # Ok::<(), Error>(())
//! ```

mod ledger;
mod library;
mod open_reader;
mod open_writer;
mod operations;
mod scratch_folder;
mod v1;

pub use ledger::{Ledger, Tally};
pub use library::Library;
pub use open_reader::{HostEvent, OpenReader, ReadObject};
pub use open_writer::OpenWriter;
pub use scratch_folder::ScratchFolder;
pub use v1::{V1Library, V1Reader, V1Writer};
