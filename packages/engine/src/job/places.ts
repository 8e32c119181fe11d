import type { KeyPath } from "./key-path.js";

/** Where something stands in a file; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** Where a value and its key stand, and how the value was written. */
export interface ValuePlace {
  readonly value: Place;
  readonly key?: Place;
  /** Text of a plain (unquoted) scalar. */
  readonly plainText?: string;
  /** The scalar as it stands in the file, quotes included, when it holds `${` and is written on one line. */
  readonly raw?: string;
}

/** The places of every value of a tree, by key path. */
export class Places {
  private readonly byPath = new Map<string, ValuePlace>();

  constructor(readonly top: Place) {}

  set(path: KeyPath, place: ValuePlace): void {
    this.byPath.set(pathText(path), place);
  }

  get(path: KeyPath): ValuePlace | undefined {
    return this.byPath.get(pathText(path));
  }

  /** Place of the value at a path; of the nearest value around it when there is none. */
  valueAt(path: KeyPath): Place {
    for (let length = path.length; length > 0; length -= 1) {
      const place = this.get(path.slice(0, length));
      if (place !== undefined) return place.value;
    }
    return this.top;
  }

  /** Place of the key at a path; of the nearest value around it when there is none. */
  keyAt(path: KeyPath): Place {
    return this.get(path)?.key ?? this.valueAt(path);
  }

  /** Takes over the places of another tree below `from`, as places below `to`, where there are none yet. */
  addFrom(other: Places, from: KeyPath, to: KeyPath): void {
    const prefix = pathText(from);
    const below = from.length === 0 ? "" : `${prefix}\u0000`;
    for (const [path, place] of other.byPath) {
      const rest = path === prefix ? "" : path.startsWith(below) ? path.slice(below.length) : undefined;
      if (rest === undefined) continue;
      const target = rest === "" ? pathText(to) : to.length === 0 ? rest : `${pathText(to)}\u0000${rest}`;
      if (!this.byPath.has(target)) this.byPath.set(target, place);
    }
  }
}

function pathText(path: KeyPath): string {
  return path.map((part) => String(part).replaceAll("\u0000", "\u0001")).join("\u0000");
}
