#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod attributes;
mod record;
mod rename;

/// Derives a schema from a serde struct; see `dativo_plugin::Record`.
#[proc_macro_derive(Record, attributes(record, serde))]
pub fn derive_record(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    record::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
