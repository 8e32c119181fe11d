import type { Column, Field, FieldType } from "@dativo/protocol";
import { readBit } from "../columns/bits.js";
import { column } from "../columns/column-batch.js";
import type { ColumnPacker } from "./column-packer.js";
import { MemberNames } from "./member-names.js";
import type { Scope } from "./pack-run.js";
import { Validity } from "./validity.js";

/** Makes the packer of a list type. */
export function listPacker(item: FieldType, packItems: ColumnPacker): ColumnPacker {
  return (values, length, scope) => {
    const offsets = new Int32Array(length + 1);
    const validity = new Validity(length);
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) {
      const value = values[index];
      if (Array.isArray(value)) for (let at = 0; at < value.length; at++) items.push(value[at]);
      else if (value === null || value === undefined) validity.setNull(index);
      else scope.reject(index, "type", value);
      offsets[index + 1] = items.length;
    }
    const child = packItems(items, items.length, scope.items(item, offsets));
    return column({
      length,
      nullCount: validity.nullCount,
      validity: validity.bits,
      offsets,
      children: [child],
    });
  };
}

/** Makes the packer of a struct type. */
export function structPacker(fields: readonly Field[], packers: readonly ColumnPacker[]): ColumnPacker {
  const names = new MemberNames(fields.map((field) => field.name));
  return (values, length, scope) => {
    const validity = new Validity(length);
    const objects = new Array<object | null>(length);
    for (let index = 0; index < length; index++) {
      const value = values[index];
      objects[index] = null;
      if (value === null || value === undefined) validity.setNull(index);
      else if (!names.accepts(value)) scope.reject(index, "type", value);
      else {
        const unknown = names.unknownOf(value)[0];
        if (unknown === undefined) objects[index] = value;
        else scope.rejectMember(index, unknown);
      }
    }
    const children = fields.map((field, at) => {
      const members = objects.map((object) =>
        object !== null && Object.hasOwn(object, field.name)
          ? (object as Record<string, unknown>)[field.name]
          : null,
      );
      const memberScope = scope.member(field.name, field.type);
      const packed = (packers[at] as ColumnPacker)(members, length, memberScope);
      if (field.required) rejectNulls(packed, memberScope, (index) => objects[index] !== null);
      return packed;
    });
    return column({ length, nullCount: validity.nullCount, validity: validity.bits, children });
  };
}

/** Rejects the records whose value is null although it must not be. */
export function rejectNulls(packed: Column, scope: Scope, matters: (index: number) => boolean): void {
  const { validity } = packed;
  if (validity === undefined) return;
  for (let index = 0; index < packed.length; index++)
    if (!readBit(validity, index) && matters(index)) scope.reject(index, "required", null);
}
