use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Impossible, SerializeSeq, SerializeTuple, SerializeTupleStruct};
use serde::{Serialize, Serializer};

use crate::field_type::FieldType;

use super::column::{Column, Values};
use super::decimal_text::{parse_decimal, scaled_integer};
use super::members::MemberSerializer;
use super::misfit::Misfit;
use super::time_text::{parse_date, parse_timestamp};

/// Integers that doubles tell apart from their neighbours, and more beyond where they are exact.
const MAX_SAFE: i128 = 9_007_199_254_740_991;

impl Column {
    fn misfit(&self, got: impl Into<String>, widened: FieldType) -> Misfit {
        Misfit::of_type(&self.field.field_type, got, widened)
    }

    /// A value that no conversion makes fit: an inferred column becomes `json`.
    fn refuse<T>(&self, got: impl Into<String>) -> Result<T, Misfit> {
        Err(self.misfit(got, FieldType::Json))
    }

    fn integer(&mut self, value: i128) -> Result<(), Misfit> {
        let inferred = self.inferred;
        match &mut self.values {
            Values::Integer(builder) => match i64::try_from(value) {
                Ok(value) => builder.append_value(value),
                Err(_) => {
                    let huge = FieldType::Decimal { precision: 38, scale: 0 };
                    return Err(self.misfit(format!("the integer {value}"), huge));
                }
            },
            Values::Number(builder) if (value as f64) as i128 == value => builder.append_value(value as f64),
            Values::Decimal(builder) => {
                let FieldType::Decimal { precision, scale } = self.field.field_type else { unreachable!() };
                match scaled_integer(value, precision, scale) {
                    Some(value) => builder.append_value(value),
                    None => return self.refuse(format!("the integer {value}")),
                }
            }
            Values::Text(builder) if !inferred => builder.append_value(value.to_string()),
            Values::Boolean(builder) if !inferred && (value == 0 || value == 1) => {
                builder.append_value(value == 1)
            }
            Values::Date(builder) if i32::try_from(value).is_ok() => builder.append_value(value as i32),
            Values::Timestamp(builder) if i64::try_from(value).is_ok() => builder.append_value(value as i64),
            Values::Unknown => {
                self.settle(FieldType::Integer);
                return self.integer(value);
            }
            _ => return self.refuse(format!("the integer {value}")),
        }
        Ok(())
    }

    fn number(&mut self, value: f64) -> Result<(), Misfit> {
        let inferred = self.inferred;
        let safe = value.fract() == 0.0
            && value.abs() <= MAX_SAFE as f64
            && (value != 0.0 || value.is_sign_positive());
        match &mut self.values {
            Values::Number(builder) => builder.append_value(value),
            Values::Integer(builder) if safe && !inferred => builder.append_value(value as i64),
            Values::Integer(_) => return Err(self.misfit(format!("the number {value:?}"), FieldType::Number)),
            Values::Decimal(builder) => {
                let FieldType::Decimal { precision, scale } = self.field.field_type else { unreachable!() };
                match parse_decimal(&value.to_string(), precision, scale) {
                    Some(value) => builder.append_value(value),
                    None => return self.refuse(format!("the number {value:?}")),
                }
            }
            Values::Text(builder) if !inferred => builder.append_value(value.to_string()),
            Values::Unknown => {
                self.settle(FieldType::Number);
                return self.number(value);
            }
            _ => return self.refuse(format!("the number {value:?}")),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Misfit> {
        if self.inferred && !matches!(self.values, Values::Text(_) | Values::Unknown) {
            return self.refuse(shown(text));
        }
        let fitted = match &mut self.values {
            Values::Text(builder) => {
                builder.append_value(text);
                true
            }
            Values::Integer(builder) => append(text.parse().ok(), |value| builder.append_value(value)),
            Values::Number(builder) => append(parse_number(text), |value| builder.append_value(value)),
            Values::Decimal(builder) => {
                let FieldType::Decimal { precision, scale } = self.field.field_type else { unreachable!() };
                append(parse_decimal(text, precision, scale), |value| builder.append_value(value))
            }
            Values::Boolean(builder) => append(text.parse().ok(), |value| builder.append_value(value)),
            Values::Date(builder) => append(parse_date(text), |value| builder.append_value(value)),
            Values::Timestamp(builder) => {
                let zone = self.field.field_type == (FieldType::Timestamp { zone: true });
                append(parse_timestamp(text, zone), |value| builder.append_value(value))
            }
            Values::Binary(builder) => {
                append(STANDARD.decode(text).ok(), |value| builder.append_value(value))
            }
            Values::Unknown => {
                self.settle(FieldType::String);
                return self.text(text);
            }
            Values::Json(_) | Values::List { .. } | Values::Struct { .. } => false,
        };
        if fitted { Ok(()) } else { self.refuse(shown(text)) }
    }

    /// Has an inferred column of unknown type hold JSON, which takes the whole value again.
    fn nested(&mut self, what: &str) -> Misfit {
        self.misfit(what, FieldType::Json)
    }
}

fn append<T>(value: Option<T>, to: impl FnOnce(T)) -> bool {
    value.map(to).is_some()
}

fn parse_number(text: &str) -> Option<f64> {
    // Rust also reads `inf`, `nan` and `infinity` in any case, which other languages do not.
    let known = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if known || matches!(text, "NaN" | "Infinity" | "-Infinity") { text.parse().ok() } else { None }
}

/// A text as it is shown in an error: its start.
fn shown(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return format!("the text {text:?}");
    }
    let start: String = text.chars().take(MOST).collect();
    format!("the text {start:?}…")
}

impl<'a> Serializer for &'a mut Column {
    type Ok = ();
    type Error = Misfit;
    type SerializeSeq = ItemSerializer<'a>;
    type SerializeTuple = ItemSerializer<'a>;
    type SerializeTupleStruct = ItemSerializer<'a>;
    type SerializeTupleVariant = Impossible<(), Misfit>;
    type SerializeMap = MemberSerializer<'a>;
    type SerializeStruct = MemberSerializer<'a>;
    type SerializeStructVariant = Impossible<(), Misfit>;

    fn serialize_bool(self, value: bool) -> Result<(), Misfit> {
        match &mut self.values {
            Values::Boolean(builder) => builder.append_value(value),
            Values::Text(builder) if !self.inferred => builder.append_value(value.to_string()),
            Values::Unknown => {
                self.settle(FieldType::Boolean);
                return self.serialize_bool(value);
            }
            _ => return self.refuse(format!("the boolean {value}")),
        }
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Misfit> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Misfit> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Misfit> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Misfit> {
        if let Values::Integer(builder) = &mut self.values {
            builder.append_value(value);
            return Ok(());
        }
        self.integer(value.into())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Misfit> {
        self.integer(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Misfit> {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Misfit> {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Misfit> {
        self.serialize_i64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Misfit> {
        self.integer(value.into())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Misfit> {
        match i128::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => self.refuse(format!("the integer {value}")),
        }
    }

    fn serialize_f32(self, value: f32) -> Result<(), Misfit> {
        self.number(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Misfit> {
        self.number(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Misfit> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Misfit> {
        self.text(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Misfit> {
        match &mut self.values {
            Values::Binary(builder) => builder.append_value(value),
            Values::Unknown => {
                self.settle(FieldType::Binary);
                return self.serialize_bytes(value);
            }
            _ => return self.refuse(format!("{} bytes", value.len())),
        }
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Misfit> {
        self.push_null()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Misfit> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Misfit> {
        self.push_null()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Misfit> {
        self.push_null()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Misfit> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<(), Misfit> {
        Err(self.nested(&format!("the enum variant {variant}")))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ItemSerializer<'a>, Misfit> {
        match &mut self.values {
            Values::List { .. } => Ok(ItemSerializer { column: self, bytes: Vec::new() }),
            Values::Binary(_) if !self.inferred => Ok(ItemSerializer { column: self, bytes: Vec::new() }),
            _ => Err(self.nested("a list")),
        }
    }

    fn serialize_tuple(self, len: usize) -> Result<ItemSerializer<'a>, Misfit> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<ItemSerializer<'a>, Misfit> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Misfit> {
        Err(self.nested(&format!("the enum variant {variant}")))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<MemberSerializer<'a>, Misfit> {
        if !matches!(self.values, Values::Struct { .. }) {
            return Err(self.nested("an object"));
        }
        let Values::Struct { validity, members } = &mut self.values else { unreachable!() };
        validity.append_non_null();
        Ok(MemberSerializer::of(members))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<MemberSerializer<'a>, Misfit> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Misfit> {
        Err(self.nested(&format!("the enum variant {variant}")))
    }
}

/// Packs the items of a list, or the bytes of a binary value that serde sees as a list.
pub(super) struct ItemSerializer<'a> {
    column: &'a mut Column,
    bytes: Vec<u8>,
}

impl ItemSerializer<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        match &mut self.column.values {
            Values::List { offsets, item, .. } => {
                let index = item.len() - offsets.last().map_or(0, |&start| start as usize);
                item.push(value).map_err(|misfit| misfit.at(format!("[{index}]")))
            }
            _ => {
                let byte = serde_json::to_value(value).ok().and_then(|value| value.as_u64());
                match byte.and_then(|byte| u8::try_from(byte).ok()) {
                    Some(byte) => self.bytes.push(byte),
                    None => return self.column.refuse("a list of something else than bytes"),
                }
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<(), Misfit> {
        match &mut self.column.values {
            Values::List { offsets, validity, item } => {
                let end = i32::try_from(item.len());
                offsets.push(end.map_err(|_| Misfit::other("a batch has more than 2^31 list items"))?);
                validity.append_non_null();
            }
            Values::Binary(builder) => builder.append_value(self.bytes),
            _ => unreachable!("only lists and binary values have items"),
        }
        Ok(())
    }
}

impl SerializeSeq for ItemSerializer<'_> {
    type Ok = ();
    type Error = Misfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        self.item(value)
    }

    fn end(self) -> Result<(), Misfit> {
        self.finish()
    }
}

impl SerializeTuple for ItemSerializer<'_> {
    type Ok = ();
    type Error = Misfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        self.item(value)
    }

    fn end(self) -> Result<(), Misfit> {
        self.finish()
    }
}

impl SerializeTupleStruct for ItemSerializer<'_> {
    type Ok = ();
    type Error = Misfit;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        self.item(value)
    }

    fn end(self) -> Result<(), Misfit> {
        self.finish()
    }
}
