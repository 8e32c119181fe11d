use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};

use crate::attributes::{FieldAttributes, StructAttributes};

/// The implementation of `Record` for a struct.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "Record is for structs, whose fields are the columns"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "Record is for structs with named fields"));
    };
    let outer = StructAttributes::parse(&input.attrs)?;
    let mut columns = Vec::new();
    let mut key = Vec::new();
    for field in &fields.named {
        let attributes = FieldAttributes::parse(&field.attrs)?;
        if attributes.skip {
            continue;
        }
        let own = field.ident.as_ref().expect("the fields are named").to_string();
        let own = own.strip_prefix("r#").unwrap_or(&own);
        let name = attributes.name.unwrap_or_else(|| outer.rename_all.apply(own));
        let rust_type = &field.ty;
        let mut column = quote!(<#rust_type as ::dativo_plugin::FieldValue>::field(#name));
        if let Some(text) = &attributes.field_type {
            column = quote!(::dativo_plugin::Field {
                field_type: #text.parse().expect("the type that #[record(type)] names"),
                required: <#rust_type as ::dativo_plugin::FieldValue>::REQUIRED,
                ..::dativo_plugin::Field::new(#name, ::dativo_plugin::FieldType::Json)
            });
        }
        let description = attributes.description.iter();
        let classification = attributes.classification.iter();
        columns.push(quote!({
            #[allow(unused_mut)]
            let mut column = #column;
            #(column.description = ::core::option::Option::Some(#description.into());)*
            #(column.classification = ::core::option::Option::Some(#classification.into());)*
            column
        }));
        if attributes.key {
            key.push(name);
        }
    }
    let ident = &input.ident;
    let (generics, types, bounds) = input.generics.split_for_impl();
    let key = if key.is_empty() { quote!() } else { quote!(.key([#(#key),*])) };
    Ok(quote! {
        impl #generics ::dativo_plugin::Record for #ident #types #bounds {
            fn schema() -> ::dativo_plugin::TableSchema {
                ::dativo_plugin::TableSchema::new([#(#columns),*]) #key
            }
        }
        impl #generics ::dativo_plugin::FieldValue for #ident #types #bounds {
            fn field_type() -> ::dativo_plugin::FieldType {
                ::dativo_plugin::FieldType::Struct { fields: <Self as ::dativo_plugin::Record>::schema().fields }
            }
        }
    })
}
