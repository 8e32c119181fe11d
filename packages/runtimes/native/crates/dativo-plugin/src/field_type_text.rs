//! Field types as text; the same grammar as in the other languages.

use std::fmt;
use std::str::FromStr;

use crate::field_type::{Field, FieldType};
use crate::{Error, Result, code};

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::String => f.write_str("string"),
            FieldType::Integer => f.write_str("integer"),
            FieldType::Number => f.write_str("number"),
            FieldType::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            FieldType::Boolean => f.write_str("boolean"),
            FieldType::Date => f.write_str("date"),
            FieldType::Timestamp { zone: true } => f.write_str("timestamp_tz"),
            FieldType::Timestamp { zone: false } => f.write_str("timestamp"),
            FieldType::Binary => f.write_str("binary"),
            FieldType::Json => f.write_str("json"),
            FieldType::List { item } => write!(f, "list<{item}>"),
            FieldType::Struct { fields } => {
                f.write_str("struct<")?;
                for (at, field) in fields.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    write_member(field, f)?;
                }
                f.write_str(">")
            }
        }
    }
}

fn write_member(field: &Field, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = !field.name.is_empty()
        && field.name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        && !field.name.as_bytes()[0].is_ascii_digit();
    if plain {
        f.write_str(&field.name)?;
    } else {
        f.write_str(&serde_json::to_string(&field.name).map_err(|_| fmt::Error)?)?;
    }
    write!(f, ": {}{}", field.field_type, if field.required { "!" } else { "" })
}

impl FromStr for FieldType {
    type Err = Error;

    /// Reads the text form, forgiving about case, white space and the aliases of asset definitions (`int`, `float`,
    /// `datetime`, `object` …). Fails with `CONFIG_INVALID`.
    fn from_str(text: &str) -> Result<Self> {
        let mut parser = Parser { text, at: 0 };
        let found = parser.field_type()?;
        parser.skip_space();
        if parser.at < text.len() {
            return parser.fail(parser.at, "the end of the type");
        }
        Ok(found)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn field_type(&mut self) -> Result<FieldType> {
        self.skip_space();
        let start = self.at;
        let word = self.word().to_ascii_lowercase();
        Ok(match word.as_str() {
            "string" | "text" | "varchar" | "str" | "uuid" => FieldType::String,
            "integer" | "int" | "bigint" | "long" | "smallint" => FieldType::Integer,
            "number" | "float" | "double" | "real" => FieldType::Number,
            "boolean" | "bool" => FieldType::Boolean,
            "date" => FieldType::Date,
            "timestamp" => FieldType::Timestamp { zone: self.take_words(["with", "time", "zone"]) },
            "datetime" => FieldType::Timestamp { zone: false },
            "timestamptz" | "timestamp_tz" | "instant" => FieldType::Timestamp { zone: true },
            "binary" | "bytes" => FieldType::Binary,
            "json" | "object" | "array" | "any" => FieldType::Json,
            "decimal" | "numeric" => self.decimal(start)?,
            "list" => {
                self.expect('<')?;
                let item = Box::new(self.field_type()?);
                self.expect('>')?;
                FieldType::List { item }
            }
            "struct" => {
                self.expect('<')?;
                let fields = self.members()?;
                self.expect('>')?;
                FieldType::Struct { fields }
            }
            "" => return self.fail(start, "a type"),
            other => return self.fail(start, &format!("a known type, not {other:?}")),
        })
    }

    fn decimal(&mut self, start: usize) -> Result<FieldType> {
        if !self.take('(') {
            return Ok(FieldType::Decimal { precision: 38, scale: 9 });
        }
        let precision = self.integer()?;
        let scale = if self.take(',') { self.integer()? } else { 0 };
        self.expect(')')?;
        if !(1..=38).contains(&precision) || scale > precision {
            return self.fail(start, "decimal(p,s) with 1 ≤ p ≤ 38 and 0 ≤ s ≤ p");
        }
        Ok(FieldType::Decimal { precision: precision as u8, scale: scale as u8 })
    }

    fn members(&mut self) -> Result<Vec<Field>> {
        let mut fields = Vec::new();
        self.skip_space();
        if self.rest().starts_with('>') {
            return Ok(fields);
        }
        loop {
            self.skip_space();
            let start = self.at;
            let name = if self.rest().starts_with('"') { self.quoted()? } else { self.word().to_owned() };
            if start == self.at {
                return self.fail(start, "a member name");
            }
            self.expect(':')?;
            let field = Field::new(name, self.field_type()?);
            fields.push(if self.take('!') { field.required() } else { field });
            if !self.take(',') {
                return Ok(fields);
            }
        }
    }

    fn quoted(&mut self) -> Result<String> {
        let start = self.at;
        let mut names = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
        match names.next() {
            Some(Ok(name)) => {
                self.at += names.byte_offset();
                Ok(name)
            }
            _ => self.fail(start, "a name quoted as a JSON string"),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn word(&mut self) -> &'a str {
        self.skip_space();
        let rest = self.rest();
        let bytes = rest.bytes().enumerate();
        let end = bytes
            .take_while(|(at, byte)| {
                *byte == b'_' || byte.is_ascii_alphabetic() || (*at > 0 && byte.is_ascii_digit())
            })
            .count();
        self.at += end;
        &rest[..end]
    }

    fn take_words(&mut self, words: [&str; 3]) -> bool {
        let back = self.at;
        let found = words.iter().all(|word| self.word().eq_ignore_ascii_case(word));
        if !found {
            self.at = back;
        }
        found
    }

    fn integer(&mut self) -> Result<u32> {
        self.skip_space();
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest()[..digits].parse().ok().filter(|_| digits <= 4);
        let Some(number) = number else { return self.fail(self.at, "a number") };
        self.at += digits;
        Ok(number)
    }

    fn take(&mut self, sign: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len_utf8();
        }
        found
    }

    fn expect(&mut self, sign: char) -> Result<()> {
        if self.take(sign) { Ok(()) } else { self.fail(self.at, &format!("\"{sign}\"")) }
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn fail<T>(&self, at: usize, expected: &str) -> Result<T> {
        let column = self.text[..at].chars().count() + 1;
        let message = format!("{:?} is not a field type: column {column} should be {expected}.", self.text);
        Err(Error::new(code::CONFIG_INVALID, message).hint(
            "For example string, integer, decimal(10,2), timestamp_tz, list<string> or struct<a: integer>.",
        ))
    }
}
