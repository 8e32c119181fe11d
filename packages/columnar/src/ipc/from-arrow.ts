import type { Data, DataType, Field, Schema } from "apache-arrow";
import type { ArrowData, ArrowField } from "../arrow/arrow-field.js";
import { type Arrow, loadArrow } from "./arrow-library.js";

/** Fields of an apache-arrow schema, described by format strings. */
export function arrowFields(schema: Schema): ArrowField[] {
  const arrow = loadArrow();
  return schema.fields.map((field) => arrowField(arrow, field as Field));
}

function arrowField(arrow: Arrow, field: Field): ArrowField {
  const type = field.type as DataType;
  const { DataType: Types } = arrow;
  const base = { name: field.name, nullable: field.nullable, metadata: field.metadata };
  if (Types.isDictionary(type)) {
    const values = arrow.Field.new({ name: field.name, type: type.dictionary, metadata: field.metadata });
    return {
      ...base,
      format: formatOf(arrow, type.indices),
      children: [],
      dictionary: arrowField(arrow, values),
    };
  }
  const children = ((type.children ?? []) as Field[]).map((child) => arrowField(arrow, child));
  return { ...base, format: formatOf(arrow, type), children };
}

const UNITS = "smun";
const INTEGERS: Readonly<Record<number, string>> = { 8: "c", 16: "s", 32: "i", 64: "l" };

function formatOf({ DataType: Types, Type }: Arrow, type: DataType): string {
  if (Types.isInt(type)) {
    const letter = INTEGERS[type.bitWidth] as string;
    return type.isSigned ? letter : letter.toUpperCase();
  }
  if (Types.isFloat(type)) return "efg"[type.precision] as string;
  if (Types.isDecimal(type)) return `d:${type.precision},${type.scale},${type.bitWidth}`;
  if (Types.isDate(type)) return type.unit === 0 ? "tdD" : "tdm";
  if (Types.isTimestamp(type)) return `ts${UNITS[type.unit]}:${type.timezone ?? ""}`;
  if (Types.isTime(type)) return `tt${UNITS[type.unit]}`;
  if (Types.isDuration(type)) return `tD${UNITS[type.unit]}`;
  if (Types.isFixedSizeBinary(type)) return `w:${type.byteWidth}`;
  if (Types.isFixedSizeList(type)) return `+w:${type.listSize}`;
  const plain: Readonly<Record<number, string>> = {
    [Type.Null]: "n",
    [Type.Bool]: "b",
    [Type.Utf8]: "u",
    [Type.LargeUtf8]: "U",
    [Type.Utf8View]: "vu",
    [Type.Binary]: "z",
    [Type.LargeBinary]: "Z",
    [Type.BinaryView]: "vz",
    [Type.List]: "+l",
    [Type.LargeList]: "+L",
    [Type.Struct]: "+s",
    [Type.Map]: "+m",
  };
  return plain[type.typeId] ?? String(type);
}

/** The buffers of apache-arrow data, not copied. */
export function arrowData(data: Data): ArrowData {
  const { length, offset } = data;
  const nullBitmap = data.nullBitmap as Uint8Array | null | undefined;
  const buffers = [data.valueOffsets, data.values]
    .filter((buffer) => ArrayBuffer.isView(buffer))
    .map(bytesOf);
  return {
    length,
    offset,
    validity: nullBitmap && nullBitmap.length > 0 && data.nullCount !== 0 ? nullBitmap : undefined,
    buffers: [...buffers, ...data.variadicBuffers.map(bytesOf)],
    children: data.children.map(arrowData),
    dictionary: (data.dictionary?.data as Data[] | undefined)?.map(arrowData),
  };
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
