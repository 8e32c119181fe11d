import { DativoError, isDativoError } from "../error.js";
import { formatFieldType, parseFieldType } from "../field-type-text.js";
import { parsePluginReference } from "../plugin-reference.js";
import { encodeRows } from "../row-json.js";
import type { Artifact } from "./artifact.js";
import { ndjson } from "./artifact.js";
import { ERRORS, FIELD_TYPE_TEXTS, PLUGIN_REFERENCES, RESULTS, ROWS } from "./fixture-cases.js";
import { frameArtifacts } from "./frame-artifacts.js";

/** Golden examples of the contract, which every language's side is tested against. */
export function fixtureArtifacts(): Artifact[] {
  return [
    ndjson(
      "fixtures/errors.ndjson",
      ERRORS.map((init) => new DativoError(init).toJSON()),
    ),
    ndjson(
      "fixtures/field-types.ndjson",
      FIELD_TYPE_TEXTS.map((text) => ({
        text,
        ...answer(() => {
          const type = parseFieldType(text);
          return { type, canonical: formatFieldType(type) };
        }),
      })),
    ),
    ndjson(
      "fixtures/plugin-references.ndjson",
      PLUGIN_REFERENCES.map((text) => ({
        text,
        ...answer(() => {
          const { location, exportName } = parsePluginReference(text);
          return { location, export_name: exportName };
        }),
      })),
    ),
    ndjson("fixtures/results.ndjson", RESULTS),
    ndjson(
      "fixtures/row-json.ndjson",
      ROWS.map(({ name, rows }) => ({ name, text: new TextDecoder().decode(encodeRows(rows)) })),
    ),
    ...frameArtifacts(),
  ];
}

/** What a function returns, or the code of the error it throws. */
function answer(run: () => object): object {
  try {
    return run();
  } catch (error) {
    if (!isDativoError(error)) throw error;
    return { error_code: error.code };
  }
}
