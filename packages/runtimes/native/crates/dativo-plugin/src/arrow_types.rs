//! Field types and Arrow types: the same mapping as the engine's.

use std::collections::HashMap;

use arrow_schema::{DataType, Field as ArrowField, Schema, TimeUnit};

use crate::field_type::{Field, FieldType, TableSchema};
use crate::{Error, Result, code};

const EXTENSION_NAME: &str = "ARROW:extension:name";
const EXTENSION_METADATA: &str = "ARROW:extension:metadata";
const JSON_EXTENSION: &str = "arrow.json";
const DESCRIPTION: &str = "dativo:description";
const CLASSIFICATION: &str = "dativo:classification";
const KEY: &str = "dativo:key";

/// Zone of instants.
const UTC: &str = "UTC";

impl TableSchema {
    /// The Arrow schema that the engine uses for these columns.
    ///
    /// ```
    /// use arrow_schema::DataType;
    /// use dativo_plugin::{Field, FieldType, TableSchema};
    ///
    /// let schema = TableSchema::new([Field::new("id", FieldType::Integer).required()]).to_arrow();
    /// assert_eq!(schema.field(0).data_type(), &DataType::Int64);
    /// assert!(!schema.field(0).is_nullable());
    /// ```
    pub fn to_arrow(&self) -> Schema {
        let fields: Vec<_> = self.fields.iter().map(Field::to_arrow).collect();
        let metadata = self.key.iter().map(|key| {
            let names = serde_json::to_string(key).expect("names are text");
            (KEY.to_owned(), names)
        });
        Schema::new_with_metadata(fields, metadata.collect::<HashMap<_, _>>())
    }

    /// Field types that hold every value of these Arrow columns.
    ///
    /// Fails with `TYPE_UNSUPPORTED` for types without a counterpart.
    pub fn from_arrow(schema: &Schema) -> Result<Self> {
        let fields = schema.fields().iter().map(|field| Field::from_arrow(field));
        let key = schema.metadata().get(KEY).map(|text| serde_json::from_str(text));
        Ok(Self { fields: fields.collect::<Result<_>>()?, key: key.transpose()? })
    }
}

impl Field {
    /// The Arrow field that the engine uses for this one.
    pub fn to_arrow(&self) -> ArrowField {
        let mut metadata = HashMap::new();
        if self.field_type == FieldType::Json {
            metadata.insert(EXTENSION_NAME.into(), JSON_EXTENSION.into());
            metadata.insert(EXTENSION_METADATA.into(), String::new());
        }
        if let Some(description) = &self.description {
            metadata.insert(DESCRIPTION.into(), description.clone());
        }
        if let Some(classification) = &self.classification {
            metadata.insert(CLASSIFICATION.into(), classification.clone());
        }
        ArrowField::new(&self.name, self.field_type.to_arrow(), !self.required).with_metadata(metadata)
    }

    /// The field that holds every value of an Arrow one.
    ///
    /// Fails with `TYPE_UNSUPPORTED` for types without a counterpart.
    pub fn from_arrow(field: &ArrowField) -> Result<Self> {
        Ok(Self {
            name: field.name().clone(),
            field_type: field_type_of(field)?,
            required: !field.is_nullable(),
            description: field.metadata().get(DESCRIPTION).cloned(),
            classification: field.metadata().get(CLASSIFICATION).cloned(),
        })
    }
}

impl FieldType {
    /// The Arrow type that the engine uses for this one.
    pub fn to_arrow(&self) -> DataType {
        match self {
            FieldType::String | FieldType::Json => DataType::Utf8,
            FieldType::Integer => DataType::Int64,
            FieldType::Number => DataType::Float64,
            FieldType::Decimal { precision, scale } => DataType::Decimal128(*precision, *scale as i8),
            FieldType::Boolean => DataType::Boolean,
            FieldType::Date => DataType::Date32,
            FieldType::Timestamp { zone } => {
                DataType::Timestamp(TimeUnit::Microsecond, zone.then(|| UTC.into()))
            }
            FieldType::Binary => DataType::Binary,
            FieldType::List { item } => {
                let item = Field::new("item", item.as_ref().clone());
                DataType::List(item.to_arrow().into())
            }
            FieldType::Struct { fields } => DataType::Struct(fields.iter().map(Field::to_arrow).collect()),
        }
    }
}

/// Whether an Arrow field holds JSON text.
pub(crate) fn is_json(field: &ArrowField) -> bool {
    field.metadata().get(EXTENSION_NAME).is_some_and(|name| name == JSON_EXTENSION)
}

fn field_type_of(field: &ArrowField) -> Result<FieldType> {
    Ok(match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if is_json(field) => FieldType::Json,
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => FieldType::String,
        DataType::Boolean => FieldType::Boolean,
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::Duration(_) => FieldType::Integer,
        DataType::UInt64 => FieldType::Decimal { precision: 20, scale: 0 },
        DataType::Float16 | DataType::Float32 | DataType::Float64 => FieldType::Number,
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale)
            if *precision <= 38 && *scale >= 0 && *scale as u8 <= *precision =>
        {
            FieldType::Decimal { precision: *precision, scale: *scale as u8 }
        }
        DataType::Date32 | DataType::Date64 => FieldType::Date,
        DataType::Timestamp(_, zone) => FieldType::Timestamp { zone: zone.is_some() },
        DataType::Time32(_) | DataType::Time64(_) => FieldType::String,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            FieldType::Binary
        }
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            FieldType::List { item: Box::new(field_type_of(item)?) }
        }
        DataType::Struct(fields) => FieldType::Struct {
            fields: fields.iter().map(|field| Field::from_arrow(field)).collect::<Result<_>>()?,
        },
        DataType::Map(..) => FieldType::Json,
        DataType::Dictionary(_, values) => {
            let values = field.clone().with_data_type(values.as_ref().clone());
            field_type_of(&values)?
        }
        other => {
            let message = format!(
                "The Arrow column {:?} is of the type {other}, which has no counterpart.",
                field.name()
            );
            return Err(Error::new(code::TYPE_UNSUPPORTED, message));
        }
    })
}
