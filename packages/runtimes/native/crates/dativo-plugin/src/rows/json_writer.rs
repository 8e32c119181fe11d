use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, TimeUnit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;

use crate::{Error, Result, code};

use super::is_json;
use super::time_text::{write_clock, write_date, write_timestamp};

/// Writes the records of a batch as a JSON array of objects.
///
/// Integers are written in full; decimals, dates and timestamps as text, bytes as base64 text, `json` columns as the
/// value they hold, and numbers that JSON has not as the text `NaN`, `Infinity` or `-Infinity`.
pub(crate) fn write_json(batch: &RecordBatch, out: &mut Vec<u8>) -> Result<()> {
    let members: Vec<Member> = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, array)| Member::of(field, array))
        .collect::<Result<_>>()?;
    out.push(b'[');
    for row in 0..batch.num_rows() {
        if row > 0 {
            out.push(b',');
        }
        write_members(&members, row, out)?;
    }
    out.push(b']');
    Ok(())
}

/// One member of a record, and how its value is written.
struct Member<'a> {
    /// The name as JSON, with its colon.
    key: Vec<u8>,
    value: ValueWriter<'a>,
}

/// Writes the value of a row, which is not null.
type WriteValue<'a> = Box<dyn Fn(usize, &mut Vec<u8>) -> Result<()> + 'a>;

/// Writes the value of a row.
struct ValueWriter<'a> {
    array: &'a ArrayRef,
    write: WriteValue<'a>,
}

impl<'a> Member<'a> {
    fn of(field: &Field, array: &'a ArrayRef) -> Result<Self> {
        let mut key = serde_json::to_vec(field.name())?;
        key.push(b':');
        Ok(Self { key, value: ValueWriter::of(field, array)? })
    }
}

fn write_members(members: &[Member], row: usize, out: &mut Vec<u8>) -> Result<()> {
    out.push(b'{');
    for (at, member) in members.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&member.key);
        member.value.write(row, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn displayed(value: impl std::fmt::Display, out: &mut Vec<u8>) -> Result<()> {
    write!(out, "{value}")?;
    Ok(())
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
    out.push(b'"');
    write(out);
    out.push(b'"');
    Ok(())
}

fn text(value: &str, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, value)?;
    Ok(())
}

fn json(name: &str, value: &str, out: &mut Vec<u8>) -> Result<()> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(value) {
        let message = format!("The json column {name:?} holds text that is not JSON: {error}.");
        return Err(Error::new(code::PLUGIN_WRONG_SHAPE, message));
    }
    out.extend_from_slice(value.as_bytes());
    Ok(())
}

fn binary(value: &[u8], out: &mut Vec<u8>) -> Result<()> {
    quoted(out, |out| out.extend_from_slice(STANDARD.encode(value).as_bytes()))
}

fn number(value: f64, out: &mut Vec<u8>) -> Result<()> {
    if value.is_finite() {
        serde_json::to_writer(out, &value)?;
        return Ok(());
    }
    let name = if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    text(name, out)
}

fn per_second(unit: &TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

impl<'a> ValueWriter<'a> {
    fn write(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        if self.array.is_null(row) {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        (self.write)(row, out)
    }

    fn of(field: &Field, array: &'a ArrayRef) -> Result<Self> {
        /// A writer over an array of one type.
        macro_rules! over {
            ($array:expr, |$values:ident, $row:ident, $out:ident| $write:expr) => {{
                let $values = $array;
                Box::new(move |$row: usize, $out: &mut Vec<u8>| $write)
            }};
        }
        macro_rules! integers {
            ($arrow:ty) => {
                over!(array.as_primitive::<$arrow>(), |values, row, out| displayed(values.value(row), out))
            };
        }
        macro_rules! decimals {
            ($arrow:ty) => {
                over!(array.as_primitive::<$arrow>(), |values, row, out| {
                    let value = values.value_as_string(row);
                    quoted(out, |out| out.extend_from_slice(value.as_bytes()))
                })
            };
        }
        macro_rules! timestamps {
            ($arrow:ty, $zone:expr) => {{
                let (unit, zone) = (per_second(&<$arrow>::UNIT), $zone.is_some());
                over!(array.as_primitive::<$arrow>(), |values, row, out| quoted(out, |out| {
                    write_timestamp(values.value(row), unit, zone, out);
                }))
            }};
        }
        macro_rules! clocks {
            ($arrow:ty, $unit:expr) => {{
                let unit = per_second($unit);
                over!(array.as_primitive::<$arrow>(), |values, row, out| quoted(out, |out| {
                    write_clock(values.value(row).into(), unit, out);
                }))
            }};
        }
        macro_rules! texts {
            ($values:expr) => {
                if is_json(field) {
                    let name = field.name().clone();
                    over!($values, |values, row, out| json(&name, values.value(row), out))
                } else {
                    over!($values, |values, row, out| text(values.value(row), out))
                }
            };
        }
        macro_rules! lists {
            ($list:expr, $item:expr) => {{
                let list = $list;
                let items = ValueWriter::of($item, list.values())?;
                Box::new(move |row: usize, out: &mut Vec<u8>| {
                    let range = list.value_offsets()[row] as usize..list.value_offsets()[row + 1] as usize;
                    items.write_all(range, out)
                })
            }};
        }
        let write: WriteValue<'a> = match array.data_type() {
            DataType::Null => Box::new(|_, out| displayed("null", out)),
            DataType::Boolean => {
                over!(array.as_boolean(), |values, row, out| displayed(values.value(row), out))
            }
            DataType::Int8 => integers!(Int8Type),
            DataType::Int16 => integers!(Int16Type),
            DataType::Int32 => integers!(Int32Type),
            DataType::Int64 => integers!(Int64Type),
            DataType::UInt8 => integers!(UInt8Type),
            DataType::UInt16 => integers!(UInt16Type),
            DataType::UInt32 => integers!(UInt32Type),
            DataType::UInt64 => integers!(UInt64Type),
            DataType::Float32 => {
                over!(array.as_primitive::<Float32Type>(), |values, row, out| number(
                    values.value(row).into(),
                    out
                ))
            }
            DataType::Float64 => {
                over!(array.as_primitive::<Float64Type>(), |values, row, out| number(values.value(row), out))
            }
            DataType::Decimal32(..) => decimals!(Decimal32Type),
            DataType::Decimal64(..) => decimals!(Decimal64Type),
            DataType::Decimal128(..) => decimals!(Decimal128Type),
            DataType::Decimal256(..) => decimals!(Decimal256Type),
            DataType::Date32 => {
                over!(array.as_primitive::<Date32Type>(), |values, row, out| quoted(out, |out| {
                    write_date(values.value(row).into(), out);
                }))
            }
            DataType::Date64 => {
                over!(array.as_primitive::<Date64Type>(), |values, row, out| quoted(out, |out| {
                    write_date(values.value(row).div_euclid(86_400_000), out);
                }))
            }
            DataType::Timestamp(TimeUnit::Second, zone) => timestamps!(TimestampSecondType, zone),
            DataType::Timestamp(TimeUnit::Millisecond, zone) => timestamps!(TimestampMillisecondType, zone),
            DataType::Timestamp(TimeUnit::Microsecond, zone) => timestamps!(TimestampMicrosecondType, zone),
            DataType::Timestamp(TimeUnit::Nanosecond, zone) => timestamps!(TimestampNanosecondType, zone),
            DataType::Time32(unit @ TimeUnit::Second) => clocks!(Time32SecondType, unit),
            DataType::Time32(unit) => clocks!(Time32MillisecondType, unit),
            DataType::Time64(unit @ TimeUnit::Microsecond) => clocks!(Time64MicrosecondType, unit),
            DataType::Time64(unit) => clocks!(Time64NanosecondType, unit),
            DataType::Utf8 => texts!(array.as_string::<i32>()),
            DataType::LargeUtf8 => texts!(array.as_string::<i64>()),
            DataType::Utf8View => texts!(array.as_string_view()),
            DataType::Binary => {
                over!(array.as_binary::<i32>(), |values, row, out| binary(values.value(row), out))
            }
            DataType::LargeBinary => {
                over!(array.as_binary::<i64>(), |values, row, out| binary(values.value(row), out))
            }
            DataType::BinaryView => {
                over!(array.as_binary_view(), |values, row, out| binary(values.value(row), out))
            }
            DataType::FixedSizeBinary(_) => {
                over!(array.as_fixed_size_binary(), |values, row, out| binary(values.value(row), out))
            }
            DataType::List(item) => lists!(array.as_list::<i32>(), item),
            DataType::LargeList(item) => lists!(array.as_list::<i64>(), item),
            DataType::FixedSizeList(item, size) => {
                let list = array.as_fixed_size_list();
                let (items, size) = (ValueWriter::of(item, list.values())?, *size as usize);
                Box::new(move |row, out| items.write_all(row * size..(row + 1) * size, out))
            }
            DataType::Struct(fields) => {
                let columns = fields.iter().zip(array.as_struct().columns());
                let members: Vec<Member> =
                    columns.map(|(field, array)| Member::of(field, array)).collect::<Result<_>>()?;
                Box::new(move |row, out| write_members(&members, row, out))
            }
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let keys = dictionary.normalized_keys();
                let field = field.clone().with_data_type(dictionary.values().data_type().clone());
                let values = ValueWriter::of(&field, dictionary.values())?;
                Box::new(move |row, out| values.write(keys[row], out))
            }
            other => {
                let message = format!(
                    "The Arrow column {:?} is of the type {other}, which cannot be written as JSON.",
                    field.name()
                );
                return Err(Error::new(code::TYPE_UNSUPPORTED, message));
            }
        };
        Ok(Self { array, write })
    }

    fn write_all(&self, rows: std::ops::Range<usize>, out: &mut Vec<u8>) -> Result<()> {
        out.push(b'[');
        for (at, row) in rows.enumerate() {
            if at > 0 {
                out.push(b',');
            }
            self.write(row, out)?;
        }
        out.push(b']');
        Ok(())
    }
}
