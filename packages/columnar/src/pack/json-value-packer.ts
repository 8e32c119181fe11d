import type { Column } from "@dativo/protocol";
import { column } from "../columns/column-batch.js";
import { Validity } from "./validity.js";

export const QUOTE = 0x22;
export const MINUS = 0x2d;
export const POINT = 0x2e;
const NOUGHT = 0x30;

/** Packs the values of one member of records, from one record after the other, as they stand in a JSON text. */
export abstract class JsonValuePacker {
  private readonly validity: Validity;

  constructor(protected readonly count: number) {
    this.validity = new Validity(count);
  }

  /** Packs the value that begins at a place and is not null, and returns where it ends. */
  abstract take(text: Uint8Array, start: number, index: number): number;

  setNull(index: number): void {
    this.validity.setNull(index);
  }

  finish(): Column {
    const { count, validity } = this;
    return column({
      length: count,
      nullCount: validity.nullCount,
      validity: validity.bits?.subarray(0, (count + 7) >> 3),
      ...this.buffers(),
    });
  }

  protected abstract buffers(): Pick<Column, "values" | "offsets">;
}

/** Value of a digit; -1 when it is none. */
export function digitAt(text: Uint8Array, at: number): number {
  const digit = (text[at] as number) - NOUGHT;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Value of two digits. */
export function twoDigits(text: Uint8Array, at: number): number {
  return ((text[at] as number) - NOUGHT) * 10 + (text[at + 1] as number) - NOUGHT;
}
