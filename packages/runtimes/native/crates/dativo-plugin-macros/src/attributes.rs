use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Result, Token, parenthesized};

use crate::rename::Rename;

/// What the attributes of a struct say.
pub(crate) struct StructAttributes {
    pub(crate) rename_all: Rename,
}

/// What the attributes of a field say.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) name: Option<String>,
    pub(crate) skip: bool,
    pub(crate) key: bool,
    pub(crate) field_type: Option<LitStr>,
    pub(crate) classification: Option<LitStr>,
    pub(crate) description: Option<String>,
}

impl StructAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self { rename_all: Rename::None };
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename_all") {
                    if let Some(rule) = serialized_name(&meta)? {
                        found.rename_all = Rename::parse(&rule)?;
                    }
                    return Ok(());
                }
                let changes = ["tag", "transparent", "into", "remote"];
                if changes.iter().any(|name| meta.path.is_ident(name)) {
                    return Err(meta
                        .error("Record cannot tell the columns of a struct that serde writes differently"));
                }
                ignore(&meta)
            })?;
        }
        Ok(found)
    }
}

impl FieldAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("serde") {
                found.parse_serde(attribute)?;
            } else if attribute.path().is_ident("record") {
                found.parse_record(attribute)?;
            } else if attribute.path().is_ident("doc")
                && let Meta::NameValue(line) = &attribute.meta
                && let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &line.value
            {
                let text = found.description.get_or_insert_default();
                text.push(if text.is_empty() { '\0' } else { ' ' });
                text.push_str(line.value().trim());
            }
        }
        found.description = found.description.map(|text| text.replace('\0', "").trim().to_owned());
        found.description = found.description.filter(|text| !text.is_empty());
        Ok(found)
    }

    fn parse_serde(&mut self, attribute: &Attribute) -> Result<()> {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                if let Some(name) = serialized_name(&meta)? {
                    self.name = Some(name.value());
                }
                return Ok(());
            }
            if meta.path.is_ident("skip") || meta.path.is_ident("skip_serializing") {
                self.skip = true;
                return Ok(());
            }
            if meta.path.is_ident("flatten") {
                return Err(
                    meta.error("Record cannot see the members of a flattened field; name them in the struct")
                );
            }
            ignore(&meta)
        })
    }

    fn parse_record(&mut self, attribute: &Attribute) -> Result<()> {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("key") {
                self.key = true;
            } else if meta.path.is_ident("type") {
                self.field_type = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("classification") {
                self.classification = Some(meta.value()?.parse()?);
            } else {
                return Err(meta.error("expected key, type = \"…\" or classification = \"…\""));
            }
            Ok(())
        })
    }
}

/// The name of `rename = "x"` or `rename(serialize = "x", deserialize = "y")` that counts for writing.
fn serialized_name(meta: &syn::meta::ParseNestedMeta) -> Result<Option<LitStr>> {
    if meta.input.peek(Token![=]) {
        return meta.value()?.parse().map(Some);
    }
    let mut name = None;
    meta.parse_nested_meta(|inner| {
        let value: LitStr = inner.value()?.parse()?;
        if inner.path.is_ident("serialize") {
            name = Some(value);
        }
        Ok(())
    })?;
    Ok(name)
}

/// Passes over an attribute that does not matter here.
fn ignore(meta: &syn::meta::ParseNestedMeta) -> Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let inside;
        parenthesized!(inside in meta.input);
        inside.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}
