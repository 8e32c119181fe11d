//! Records of an Arrow array as JSON.

use std::ffi::CStr;

use crate::arrow::{Array, Schema};
use crate::json::quoted;
use crate::people::{date, instant};

/// Every record of a struct array, as one JSON object each.
pub unsafe fn records(schema: &Schema, array: &Array) -> Result<Vec<String>, String> {
    (0..array.length)
        .map(|row| {
            let members = (0..schema.n_children as usize).map(|column| unsafe {
                let (field, values) = (&**schema.children.add(column), &**array.children.add(column));
                let name = CStr::from_ptr(field.name).to_string_lossy();
                Ok(format!("{}:{}", quoted(&name), value(field, values, (array.offset + row + values.offset) as usize)?))
            });
            Ok(format!("{{{}}}", members.collect::<Result<Vec<_>, String>>()?.join(",")))
        })
        .collect()
}

unsafe fn value(field: &Schema, values: &Array, row: usize) -> Result<String, String> {
    unsafe {
        let validity = (*values.buffers).cast::<u8>();
        if !validity.is_null() && *validity.add(row / 8) >> (row % 8) & 1 == 0 {
            return Ok("null".into());
        }
        let data = *values.buffers.add(1);
        let format = CStr::from_ptr(field.format).to_str().unwrap_or_default();
        Ok(match format {
            "b" => (*data.cast::<u8>().add(row / 8) >> (row % 8) & 1 == 1).to_string(),
            "i" => (*data.cast::<i32>().add(row)).to_string(),
            "l" => (*data.cast::<i64>().add(row)).to_string(),
            "g" => format!("{:?}", *data.cast::<f64>().add(row)),
            "u" => {
                let offsets = data.cast::<i32>();
                let (from, to) = (*offsets.add(row) as usize, *offsets.add(row + 1) as usize);
                let bytes = (*values.buffers.add(2)).cast::<u8>();
                let text = if to == from { &[] } else { std::slice::from_raw_parts(bytes.add(from), to - from) };
                quoted(&String::from_utf8_lossy(text))
            }
            "tdD" => quoted(&date(i64::from(*data.cast::<i32>().add(row)))),
            format if format.starts_with("tsu") => quoted(&instant(*data.cast::<i64>().add(row))),
            format if format.starts_with("d:") => {
                let scale = format.split(',').nth(1).and_then(|scale| scale.parse().ok()).unwrap_or(0);
                let number = i128::from_le_bytes(std::ptr::read_unaligned(data.cast::<[u8; 16]>().add(row)));
                quoted(&decimal(number, scale))
            }
            other => return Err(format!("Columns of the format {other} cannot be stored.")),
        })
    }
}

fn decimal(number: i128, scale: usize) -> String {
    let digits = format!("{:0width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if number < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
