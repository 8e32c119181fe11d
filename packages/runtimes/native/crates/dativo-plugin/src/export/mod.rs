//! What the export macros use. Not for authors, and not covered by semantic versioning.

pub(crate) mod arrow_transfer;
mod open_request;
mod reader_instance;
mod shared_array;
pub mod v1;
pub mod v2;
mod writer_instance;

use std::sync::Arc;

use crate::instance::{Operations, Shared};
use crate::{Reader, Result, Spec, Writer};

pub use crate::spec::Package;

/// What a library exports; implemented by the macros.
pub trait Exports {
    const PACKAGE: Package;
    const READER: Option<Kind> = None;
    const WRITER: Option<Kind> = None;
}

/// Opens a reader or writer with a request of the host.
type Open = fn(&[u8], Arc<Shared>) -> Result<Box<dyn Operations>>;

/// A reader or writer, its type forgotten.
#[derive(Clone, Copy)]
pub struct Kind {
    spec: fn(Package) -> Spec,
    open: Open,
}

impl Kind {
    pub const fn reader<R: Reader>() -> Self {
        Self { spec: |package| R::spec().of_reader(package), open: reader_instance::open::<R> }
    }

    pub const fn writer<W: Writer>() -> Self {
        Self { spec: |package| W::spec().of_writer(package), open: writer_instance::open::<W> }
    }
}

/// Exports a [`Reader`](crate::Reader) from a library of crate type `cdylib`, through the native ABI 2 and 1.
///
/// A job names it `path/to/libx.so:create_reader`. The same library loads in hosts that know only ABI 1, where one
/// stream carries the records of all objects, and positions, `check`, `discover` and `estimate` do not exist.
///
/// See [`Reader`](crate::Reader) for an example.
#[macro_export]
macro_rules! export_reader {
    ($reader:ty) => {
        const _: () = {
            struct Exported;
            impl $crate::export::Exports for Exported {
                const PACKAGE: $crate::export::Package = $crate::__package!();
                const READER: ::core::option::Option<$crate::export::Kind> =
                    ::core::option::Option::Some($crate::export::Kind::reader::<$reader>());
            }
            $crate::__export_common!(Exported);
            $crate::__export_v1_reader!(Exported);
        };
    };
}

/// Exports a [`Writer`](crate::Writer) from a library of crate type `cdylib`, through the native ABI 2 and 1.
///
/// A job names it `path/to/libx.so:create_writer`. In hosts that know only ABI 1, which have no commit, each batch is
/// written, flushed and committed at once.
///
/// See [`Writer`](crate::Writer) for an example.
#[macro_export]
macro_rules! export_writer {
    ($writer:ty) => {
        const _: () = {
            struct Exported;
            impl $crate::export::Exports for Exported {
                const PACKAGE: $crate::export::Package = $crate::__package!();
                const WRITER: ::core::option::Option<$crate::export::Kind> =
                    ::core::option::Option::Some($crate::export::Kind::writer::<$writer>());
            }
            $crate::__export_common!(Exported);
            $crate::__export_v1_writer!(Exported);
        };
    };
}

/// Exports a [`Reader`](crate::Reader) and a [`Writer`](crate::Writer) from one library.
///
/// ```
/// # mod both {
/// # use dativo_plugin::prelude::*;
/// # struct MyReader;
/// # impl Reader for MyReader {
/// #     type Config = dativo_plugin::serde_json::Value;
/// #     fn open(_: Self::Config, _: &Context) -> Result<Self> { Ok(MyReader) }
/// #     fn next_batch(&mut self, _: &Context) -> Result<Option<Batch>> { Ok(None) }
/// # }
/// # struct MyWriter;
/// # impl Writer for MyWriter {
/// #     type Config = dativo_plugin::serde_json::Value;
/// #     fn open(_: Self::Config, _: &Target, _: &Context) -> Result<Self> { Ok(MyWriter) }
/// #     fn write(&mut self, _: WriteBatch, _: &Context) -> Result<Written> { Ok(Written::default()) }
/// #     fn commit(&mut self, request: &CommitRequest, _: &Context) -> Result<Committed> { Ok(Committed::all(&request.files)) }
/// #     fn abort(&mut self, _: &AbortRequest, _: &Context) -> Result<()> { Ok(()) }
/// # }
/// dativo_plugin::export_reader_and_writer!(MyReader, MyWriter);
/// # }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_reader_and_writer {
    ($reader:ty, $writer:ty) => {
        const _: () = {
            struct Exported;
            impl $crate::export::Exports for Exported {
                const PACKAGE: $crate::export::Package = $crate::__package!();
                const READER: ::core::option::Option<$crate::export::Kind> =
                    ::core::option::Option::Some($crate::export::Kind::reader::<$reader>());
                const WRITER: ::core::option::Option<$crate::export::Kind> =
                    ::core::option::Option::Some($crate::export::Kind::writer::<$writer>());
            }
            $crate::__export_common!(Exported);
            $crate::__export_v1_reader!(Exported);
            $crate::__export_v1_writer!(Exported);
        };
    };
}

/// The package that a macro is used in.
#[doc(hidden)]
#[macro_export]
macro_rules! __package {
    () => {
        $crate::export::Package {
            name: ::core::env!("CARGO_PKG_NAME"),
            version: ::core::env!("CARGO_PKG_VERSION"),
            description: ::core::env!("CARGO_PKG_DESCRIPTION"),
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_common {
    ($exported:ty) => {
        #[unsafe(no_mangle)]
        extern "C" fn dativo_plugin_v2(host_abi: u32) -> *const $crate::abi::DativoPluginV2 {
            $crate::export::v2::table::<$exported>(host_abi)
        }
        #[unsafe(no_mangle)]
        unsafe extern "C" fn free_string(text: *mut ::core::ffi::c_char) {
            unsafe { $crate::export::v1::free_string(text) }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_v1_reader {
    ($exported:ty) => {
        #[unsafe(no_mangle)]
        unsafe extern "C" fn create_reader(config: *const ::core::ffi::c_char) -> *mut ::core::ffi::c_void {
            unsafe { $crate::export::v1::create_reader::<$exported>(config) }
        }
        #[unsafe(no_mangle)]
        unsafe extern "C" fn extract_batch(reader: *mut ::core::ffi::c_void) -> *mut ::core::ffi::c_char {
            unsafe { $crate::export::v1::extract_batch(reader) }
        }
        #[unsafe(no_mangle)]
        unsafe extern "C" fn free_reader(reader: *mut ::core::ffi::c_void) {
            unsafe { $crate::export::v1::free_reader(reader) }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_v1_writer {
    ($exported:ty) => {
        #[unsafe(no_mangle)]
        unsafe extern "C" fn create_writer(config: *const ::core::ffi::c_char) -> *mut ::core::ffi::c_void {
            unsafe { $crate::export::v1::create_writer::<$exported>(config) }
        }
        #[unsafe(no_mangle)]
        unsafe extern "C" fn write_batch(
            writer: *mut ::core::ffi::c_void,
            batch: *const ::core::ffi::c_char,
        ) -> *mut ::core::ffi::c_char {
            unsafe { $crate::export::v1::write_batch(writer, batch) }
        }
        #[unsafe(no_mangle)]
        unsafe extern "C" fn free_writer(writer: *mut ::core::ffi::c_void) {
            unsafe { $crate::export::v1::free_writer(writer) }
        }
    };
}
