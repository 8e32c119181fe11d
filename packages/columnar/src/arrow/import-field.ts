import { type Column, DativoError, type Field, type FieldType } from "@dativo/protocol";
import { type ArrowData, type ArrowField, EXTENSION_NAME, JSON_EXTENSION } from "./arrow-field.js";
import { readFieldMetadata } from "./export-schema.js";
import { importBytes, importByteViews, importFixedBytes } from "./import-bytes.js";
import { importDictionary } from "./import-dictionary.js";
import { importList, importMap, importStruct } from "./import-nested.js";
import {
  FLOATS,
  INTEGERS,
  importBits,
  importDecimal,
  importFloats,
  importIntegers,
  importNothing,
  importUnsigned64,
} from "./import-numbers.js";
import { importDate64, importTimeOfDay, importTimestamps, TIME_UNITS } from "./import-times.js";

/** How an Arrow column becomes one of ours. */
export interface ColumnImport {
  readonly type: FieldType;
  convert(data: ArrowData): Column;
}

/** A field and how its column is converted. */
export interface FieldImport extends ColumnImport {
  readonly field: Field;
}

/**
 * Finds the field type that holds every value of an Arrow type, and how to convert a column to it.
 *
 * @throws DativoError `TYPE_UNSUPPORTED` for types without a counterpart; converting throws `COERCION_LOSSY` when a
 * value (a nanosecond, a date with a time of day) does not fit.
 */
export function importField(field: ArrowField): FieldImport {
  const found =
    field.dictionary === undefined
      ? importColumn(field)
      : importDictionary(field, importField(field.dictionary));
  return {
    ...found,
    field: {
      name: field.name,
      type: found.type,
      ...(field.nullable ? {} : { required: true }),
      ...readFieldMetadata(field.metadata),
    },
  };
}

function importColumn(field: ArrowField): ColumnImport {
  const { format } = field;
  switch (format) {
    case "n":
      return { type: { kind: "string" }, convert: importNothing };
    case "b":
      return { type: { kind: "boolean" }, convert: importBits };
    case "L":
      return { type: { kind: "decimal", precision: 20, scale: 0 }, convert: importUnsigned64 };
    case "u":
    case "U":
      return { type: textType(field), convert: (data) => importBytes(data, format === "U") };
    case "z":
    case "Z":
      return { type: { kind: "binary" }, convert: (data) => importBytes(data, format === "Z") };
    case "vu":
      return { type: textType(field), convert: importByteViews };
    case "vz":
      return { type: { kind: "binary" }, convert: importByteViews };
    case "tdD":
      return { type: { kind: "date" }, convert: (data) => importFloats(data, "tdD") };
    case "tdm":
      return { type: { kind: "date" }, convert: (data) => importDate64(data, field.name) };
    case "+l":
    case "+L":
      return importList(importField(child(field, 0)), format === "+L");
    case "+s":
      return importStruct(field.children.map(importField));
    case "+m":
      return importMap(importField(child(field, 0)));
  }
  if (INTEGERS[format] !== undefined)
    return { type: { kind: "integer" }, convert: (data) => importIntegers(data, format) };
  if (FLOATS[format] !== undefined)
    return { type: { kind: "number" }, convert: (data) => importFloats(data, format) };
  return importParameterised(field);
}

function importParameterised(field: ArrowField): ColumnImport {
  const { format, name } = field;
  const [prefix = "", parameters = ""] = splitOnce(format, ":");
  const unit = TIME_UNITS[prefix.at(-1) ?? ""];
  if (prefix === "w")
    return { type: { kind: "binary" }, convert: (data) => importFixedBytes(data, Number(parameters)) };
  if (prefix === "+w") return importList(importField(child(field, 0)), Number(parameters));
  if (prefix === "d") {
    const [precision = 0, scale = 0, bits = 128] = parameters.split(",").map(Number);
    if (precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision)
      return {
        type: { kind: "decimal", precision, scale },
        convert: (data) => importDecimal(data, bits / 8),
      };
  }
  if (unit !== undefined && prefix.startsWith("ts"))
    return {
      type: { kind: "timestamp", zone: parameters !== "" },
      convert: (data) => importTimestamps(data, unit, name),
    };
  if (unit !== undefined && prefix.startsWith("tt") && prefix.length === 3)
    return { type: { kind: "string" }, convert: (data) => importTimeOfDay(data, unit) };
  if (unit !== undefined && prefix.startsWith("tD"))
    return { type: { kind: "integer" }, convert: (data) => importIntegers(data, "l") };
  throw unsupported(field);
}

function textType(field: ArrowField): FieldType {
  return { kind: field.metadata.get(EXTENSION_NAME) === JSON_EXTENSION ? "json" : "string" };
}

function child(field: ArrowField, index: number): ArrowField {
  const found = field.children[index];
  if (found === undefined) throw unsupported(field);
  return found;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function unsupported(field: ArrowField): DativoError {
  return new DativoError({
    code: "TYPE_UNSUPPORTED",
    message: `The Arrow column ${JSON.stringify(field.name)} is of a type (format "${field.format}") that has no counterpart.`,
    hint: "Cast the column where the data is produced, for example to text or to a wider number.",
  });
}
