import type { Column } from "@dativo/protocol";
import { readBit } from "../columns/bits.js";
import { column } from "../columns/column-batch.js";
import { jsonText } from "../pack/json-text.js";
import { encodeTexts } from "../pack/text-buffer.js";
import { compileColumnUnpacker } from "../unpack/unpack-column.js";
import type { ArrowData } from "./arrow-field.js";
import { nullsOf, offsetsOf } from "./buffers.js";
import { narrowed } from "./import-bytes.js";
import type { ColumnImport, FieldImport } from "./import-field.js";

/** Imports lists with offsets (`wide` for 64 bits) or of one size. */
export function importList(item: FieldImport, layout: boolean | number): ColumnImport {
  return {
    type: { kind: "list", item: item.type },
    convert(data) {
      const items = data.children[0] as ArrowData;
      const nulls = nullsOf(data);
      if (typeof layout === "boolean") {
        const offsets = narrowed(offsetsOf(data, layout));
        return column({ length: data.length, ...nulls, offsets, children: [item.convert(items)] });
      }
      const part = shifted(items, data.offset * layout, data.length * layout);
      const offsets = Int32Array.from({ length: data.length + 1 }, (_, index) => index * layout);
      return column({ length: data.length, ...nulls, offsets, children: [item.convert(part)] });
    },
  };
}

/** Imports structs. */
export function importStruct(members: readonly FieldImport[]): ColumnImport {
  return {
    type: { kind: "struct", fields: members.map((member) => member.field) },
    convert: (data) =>
      column({
        length: data.length,
        ...nullsOf(data),
        children: members.map((member, index) =>
          member.convert(shifted(data.children[index] as ArrowData, data.offset, data.length)),
        ),
      }),
  };
}

/** Imports maps as JSON: an object when the keys are text, else a list of pairs. */
export function importMap(entry: FieldImport): ColumnImport {
  const list = importList(entry, false);
  const unpack = compileColumnUnpacker(list.type);
  const names = entry.type.kind === "struct" ? entry.type.fields : [];
  const keyName = names[0]?.name ?? "key";
  const valueName = names[1]?.name ?? "value";
  const asObject = names[0]?.type.kind === "string";
  return {
    type: { kind: "json" },
    convert(data) {
      const lists = list.convert(data);
      const values = unpack(lists);
      const texts = Array.from({ length: data.length }, (_, index) => {
        if (lists.validity !== undefined && !readBit(lists.validity, index)) return "";
        const pairs = (values[index] as Record<string, unknown>[]).map(
          (pair) => [pair[keyName], pair[valueName]] as const,
        );
        const text = jsonText(asObject ? Object.fromEntries(pairs as [string, unknown][]) : pairs);
        return typeof text === "string" ? text : "null";
      });
      const { nullCount, validity }: Pick<Column, "nullCount" | "validity"> = lists;
      return column({ length: data.length, nullCount, validity, ...encodeTexts(texts, texts.length) });
    },
  };
}

function shifted(data: ArrowData, by: number, length: number): ArrowData {
  return by === 0 && length === data.length ? data : { ...data, offset: data.offset + by, length };
}
