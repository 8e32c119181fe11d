import type { Json } from "./json.js";
import { decodeRows, encodeRows } from "./row-json.js";

/**
 * A position as it is kept: what a language with wider integers put into it, as row JSON writes it.
 *
 * JSON that passes through JavaScript keeps 53 bits of an integer; a cursor such as a Snowflake id has 64.
 *
 * @example
 * keepState({ id: 9007199254740993n }) // { id: { $dativo: "bigint", value: "9007199254740993" } }
 */
export function keepState(state: unknown): Json {
  const [kept] = JSON.parse(new TextDecoder().decode(encodeRows([state]))) as [Json];
  return kept;
}

/**
 * What `keepState` was given, with bigints for integers beyond ±(2^53 − 1).
 *
 * @throws DativoError `ABI_VIOLATION` when the state has a tag that row JSON does not know
 * @example
 * restoreState({ id: { $dativo: "bigint", value: "9007199254740993" } }) // { id: 9007199254740993n }
 */
export function restoreState(state: Json): unknown {
  return decodeRows(new TextEncoder().encode(JSON.stringify([state])))[0];
}
