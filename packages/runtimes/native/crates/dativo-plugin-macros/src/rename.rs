use syn::{LitStr, Result};

/// A rule of serde's `rename_all`.
#[derive(Clone, Copy)]
pub(crate) enum Rename {
    None,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Rename {
    pub(crate) fn parse(rule: &LitStr) -> Result<Self> {
        Ok(match rule.value().as_str() {
            "lowercase" => Rename::Lower,
            "UPPERCASE" => Rename::Upper,
            "PascalCase" => Rename::Pascal,
            "camelCase" => Rename::Camel,
            "snake_case" => Rename::Snake,
            "SCREAMING_SNAKE_CASE" => Rename::ScreamingSnake,
            "kebab-case" => Rename::Kebab,
            "SCREAMING-KEBAB-CASE" => Rename::ScreamingKebab,
            _ => return Err(syn::Error::new(rule.span(), "serde has no such rule")),
        })
    }

    /// The name that serde gives to a field, whose own name is in snake_case.
    pub(crate) fn apply(self, name: &str) -> String {
        match self {
            Rename::None | Rename::Lower | Rename::Snake => name.to_owned(),
            Rename::Upper | Rename::ScreamingSnake => name.to_ascii_uppercase(),
            Rename::Kebab => name.replace('_', "-"),
            Rename::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
            Rename::Pascal => name.split('_').map(capitalised).collect(),
            Rename::Camel => {
                let pascal = Rename::Pascal.apply(name);
                let mut signs = pascal.chars();
                let first = signs.next().map(|sign| sign.to_ascii_lowercase());
                first.into_iter().chain(signs).collect()
            }
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut signs = word.chars();
    let first = signs.next().map(|sign| sign.to_ascii_uppercase());
    first.into_iter().chain(signs).collect()
}
