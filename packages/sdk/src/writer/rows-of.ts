import { type BatchData, DativoError, parseLosslessJson, type Row } from "@dativo/protocol";

/**
 * The rows of a batch.
 *
 * @throws DativoError `ABI_VIOLATION` when the batch has a form that only the engine can turn into rows
 */
export function rowsOf(data: BatchData, writer: string): readonly Row[] {
  if (data.form === "rows") return data.rows;
  if (data.form === "json") return parseLosslessJson(new TextDecoder().decode(data.text)) as Row[];
  throw new DativoError({
    code: "ABI_VIOLATION",
    message: `${writer} was given a batch in the form ${data.form} and asked it for rows.`,
    hint: 'List "rows" in accepts, or use batch.data when batch.data.form is the form you accept.',
  });
}
