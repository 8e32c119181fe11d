/**
 * Why a record was rejected.
 *
 * - `type`: the value is of a kind that the field cannot hold
 * - `format`: the text is not written the way the field's type is
 * - `range`: the value is too large or too small
 * - `precision`: digits of the value would be lost
 * - `encoding`: the text is not well-formed Unicode
 * - `required`: a required value is null or missing
 * - `unknown_field`: the record has a field that the schema does not have
 */
export type RejectionReason =
  | "type"
  | "format"
  | "range"
  | "precision"
  | "encoding"
  | "required"
  | "unknown_field";

/** A record that cannot be stored. */
export interface Rejection {
  /** Position in the rows that were packed, from 0. */
  readonly index: number;
  /** Where in the record, such as `a.b[2]`; empty when it is the record itself. */
  readonly path: string;
  readonly reason: RejectionReason;
  /** What the field holds, such as `integer`. */
  readonly expected: string;
  /** What was there, without its content; at most 200 characters. */
  readonly got: string;
  readonly row: unknown;
}

/** Adds a member to a path; names that are not plain words are quoted. */
export function memberPath(path: string, name: string): string {
  if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

/** Adds the position of a list item to a path. */
export function itemPath(path: string, index: number): string {
  return `${path}[${index}]`;
}
