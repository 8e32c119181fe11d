use arrow_csv::reader::Format;
use dativo_plugin::prelude::*;
use dativo_plugin::{FieldType, TableSchema};

use crate::config::{CsvFile, Options};

/// The columns of a file: declared, or found from its first records.
pub(crate) fn columns_of(file: &CsvFile, options: &Options) -> Result<TableSchema> {
    let format = Format::default().with_header(true).with_delimiter(options.delimiter()?);
    let (found, _) = format
        .infer_schema(file.opened()?, Some(options.infer_rows))
        .map_err(|error| file.unreadable(error))?;
    let mut schema = TableSchema::from_arrow(&found)?;
    for (name, field_type) in &file.columns {
        let field = schema.fields.iter_mut().find(|field| &field.name == name).ok_or_else(|| {
            let message = format!("{} has no column {name:?}, which the job declares.", file.path.display());
            Error::new(code::CONFIGURATION_ERROR, message)
        })?;
        field.field_type = field_type.parse().while_doing(format!("source.files[].columns.{name}"))?;
        if matches!(field.field_type, FieldType::List { .. } | FieldType::Struct { .. } | FieldType::Binary) {
            let message = format!("source.files[].columns.{name}: a CSV file has no {}.", field.field_type);
            return Err(Error::new(code::CONFIGURATION_ERROR, message));
        }
    }
    Ok(schema)
}
