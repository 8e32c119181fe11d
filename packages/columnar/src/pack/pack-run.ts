import { type FieldType, formatFieldType } from "@dativo/protocol";
import type { CoercionCount, CoercionId } from "./coercions.js";
import { describeValue } from "./describe-value.js";
import { itemPath, memberPath, type Rejection, type RejectionReason } from "./rejection.js";

const MAX_TEXT = 200;

/** What one pass over the columns of some rows finds. */
export class PackRun {
  readonly rejected = new Map<number, Omit<Rejection, "row">>();
  private readonly scopes: Scope[] = [];

  /** Opens the scope of a top-level field. */
  scope(name: string, type: FieldType): Scope {
    return this.add(
      new Scope(this, memberPath("", name), type, (index) => ({ row: index, path: memberPath("", name) })),
    );
  }

  /** @internal */
  add(scope: Scope): Scope {
    this.scopes.push(scope);
    return scope;
  }

  /** @internal Keeps the first failure of a row. */
  reject(row: number, path: string, reason: RejectionReason, expected: string, got: string): void {
    if (!this.rejected.has(row))
      this.rejected.set(row, { index: row, path, reason, expected: shorten(expected), got: shorten(got) });
  }

  coercions(): CoercionCount[] {
    return this.scopes.flatMap((scope) => scope.coercions());
  }
}

/** Where the values of one column stand: it knows the record and the path of each. */
export class Scope {
  private readonly counts = new Map<CoercionId, number>();

  constructor(
    private readonly run: PackRun,
    private readonly field: string,
    private readonly type: FieldType,
    private readonly locate: (index: number) => { row: number; path: string },
  ) {}

  /** Scope of the items of this list column. */
  items(type: FieldType, offsets: Int32Array): Scope {
    return this.run.add(
      new Scope(this.run, `${this.field}[]`, type, (index) => {
        const list = ownerOf(offsets, index);
        const { row, path } = this.locate(list);
        return { row, path: itemPath(path, index - (offsets[list] as number)) };
      }),
    );
  }

  /** Scope of a member of this struct column. */
  member(name: string, type: FieldType): Scope {
    return this.run.add(
      new Scope(this.run, memberPath(this.field, name), type, (index) => {
        const { row, path } = this.locate(index);
        return { row, path: memberPath(path, name) };
      }),
    );
  }

  /** Rejects the record of a value. */
  reject(
    index: number,
    reason: RejectionReason,
    value: unknown,
    expected = formatFieldType(this.type),
  ): void {
    const { row, path } = this.locate(index);
    this.run.reject(row, path, reason, expected, describeValue(value));
  }

  /** Rejects the record of a struct that has a member it should not have. */
  rejectMember(index: number, name: string): void {
    const { row, path } = this.locate(index);
    this.run.reject(
      row,
      memberPath(path, name),
      "unknown_field",
      formatFieldType(this.type),
      "a member of another name",
    );
  }

  coerced(coercion: CoercionId): void {
    this.counts.set(coercion, (this.counts.get(coercion) ?? 0) + 1);
  }

  coercions(): CoercionCount[] {
    return [...this.counts].map(([coercion, count]) => ({ field: this.field, coercion, count }));
  }
}

/** Index of the list that holds item `index`: the last one that starts at or before it and is not empty. */
function ownerOf(offsets: Int32Array, index: number): number {
  let low = 0;
  let high = offsets.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] as number) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

function shorten(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
