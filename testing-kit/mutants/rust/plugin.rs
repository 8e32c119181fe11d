//! Native plugins of the mutant bank: a reader and a writer of ABI v1, a reader and a writer of ABI v2, in one library
//! that rustc compiles alone. They are correct unless `connection.mutant` names the one way in which to be wrong.
#![allow(clippy::missing_safety_doc)]

mod arrow;
mod arrow_text;
mod deeds;
mod json;
mod people;
mod staging;
mod v1;
mod v2;
mod v2_reader;
mod v2_writer;
