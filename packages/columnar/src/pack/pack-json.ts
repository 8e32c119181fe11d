import type { Column } from "@dativo/protocol";
import { jsonText, NotJson } from "./json-text.js";
import type { Scope } from "./pack-run.js";
import { packTexts } from "./pack-strings.js";
import { Validity } from "./validity.js";

/** `JSON.stringify` writes a lone surrogate, and nothing else, as an escape that starts like this. */
const LONE_SURROGATE = /(?:^|[^\\])(?:\\\\)*\\ud[89a-f]/;

/** Packs a column of JSON values as their text; strings are stored as JSON strings. */
export function packJson(values: readonly unknown[], length: number, scope: Scope): Column {
  const onBytes = () => scope.coerced("bytes_to_json");
  const texts = new Array<string>(length);
  const validity = new Validity(length);
  for (let index = 0; index < length; index++) {
    const value = values[index];
    texts[index] = "";
    if (value === null || value === undefined) {
      validity.setNull(index);
      continue;
    }
    const text = jsonText(value, onBytes);
    if (text instanceof NotJson) scope.reject(index, "type", text.value, "json");
    else if (text.includes("\\ud") && LONE_SURROGATE.test(text))
      scope.reject(index, "encoding", value, "text without lone surrogates");
    else texts[index] = text;
  }
  return packTexts(texts, length, validity, scope);
}
