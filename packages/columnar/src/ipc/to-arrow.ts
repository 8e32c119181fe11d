import type { Column, ColumnBatch, Field, FieldType, TableSchema } from "@dativo/protocol";
import type { Field as ArrowJsField, Data, DataType, RecordBatch, Schema } from "apache-arrow";
import { arrowFieldOf, childFields, schemaMetadata } from "../arrow/export-schema.js";
import { type Arrow, loadArrow } from "./arrow-library.js";

/**
 * The apache-arrow schema of a table; what Arrow has no type for is kept in metadata.
 *
 * @example
 * schemaToArrow({ fields: [{ name: "id", type: { kind: "integer" } }] }).fields[0].type // Int64
 */
export function schemaToArrow(schema: TableSchema): Schema {
  const arrow = loadArrow();
  return new arrow.Schema(
    schema.fields.map((field) => arrowJsField(arrow, field)),
    new Map(schemaMetadata(schema)),
  );
}

function arrowJsField(arrow: Arrow, field: Field): ArrowJsField {
  const { metadata, nullable } = arrowFieldOf(field);
  return new arrow.Field(field.name, arrowType(arrow, field.type), nullable, new Map(metadata));
}

function arrowType(arrow: Arrow, type: FieldType): DataType {
  switch (type.kind) {
    case "string":
    case "json":
      return new arrow.Utf8();
    case "integer":
      return new arrow.Int64();
    case "number":
      return new arrow.Float64();
    case "decimal":
      return new arrow.Decimal(type.scale, type.precision, 128);
    case "boolean":
      return new arrow.Bool();
    case "date":
      return new arrow.DateDay();
    case "timestamp":
      return new arrow.TimestampMicrosecond(type.zone ? "UTC" : null);
    case "binary":
      return new arrow.Binary();
    case "list":
      return new arrow.List(arrowJsField(arrow, childFields(type)[0] as Field));
    case "struct":
      return new arrow.Struct(type.fields.map((field) => arrowJsField(arrow, field)));
  }
}

/** An apache-arrow record batch over the same buffers. */
export function recordBatch(batch: ColumnBatch, schema: Schema): RecordBatch {
  const arrow = loadArrow();
  const children = batch.schema.fields.map((field, index) =>
    columnData(
      arrow,
      batch.columns[index] as Column,
      (schema.fields[index] as ArrowJsField).type,
      field.type,
    ),
  );
  const type = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(schema, new arrow.Data(type, 0, batch.recordCount, 0, {}, children));
}

function columnData(arrow: Arrow, column: Column, arrowType: DataType, type: FieldType): Data {
  const children = childFields(type).map((field, index) =>
    columnData(
      arrow,
      column.children?.[index] as Column,
      (arrowType.children[index] as ArrowJsField).type,
      field.type,
    ),
  );
  const { BufferType } = arrow;
  const buffers = {
    ...(column.offsets === undefined ? {} : { [BufferType.OFFSET]: column.offsets }),
    ...(column.values === undefined ? {} : { [BufferType.DATA]: valuesFor(column, type) }),
    ...(column.validity === undefined ? {} : { [BufferType.VALIDITY]: column.validity }),
  };
  return new arrow.Data(arrowType, 0, column.length, column.nullCount, buffers, children);
}

/** apache-arrow counts a decimal as four 32-bit words. */
function valuesFor(column: Column, type: FieldType): ArrayBufferView {
  const values = column.values as ArrayBufferView;
  if (type.kind !== "decimal") return values;
  return new Uint32Array(values.buffer, values.byteOffset, values.byteLength >> 2);
}
