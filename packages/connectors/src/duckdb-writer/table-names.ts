import { quoteIdentifier } from "@dativo/columnar";

/** Column, only in staged files, that says which of several records with one key is the last. */
export const ORDINAL = "_dativo_ordinal";

/** The tables that an object is written to, as SQL names. */
export interface TableNames {
  readonly object: string;
  readonly schema: string;
  readonly table: string;
  /** Name without database and schema, for RENAME. */
  readonly bareTable: string;
  /** What `replace` fills before it takes the table's place. */
  readonly next: string;
  /** Tokens of the commits that were made. */
  readonly commits: string;
  /** Which run fills the `next` of an object. */
  readonly replacements: string;
}

/** The names for an object in a schema of an attached database. */
export function tableNames(alias: string, schema: string, object: string): TableNames {
  const place = `${alias}.${quoteIdentifier(schema)}`;
  return {
    object,
    schema: place,
    table: `${place}.${quoteIdentifier(object)}`,
    bareTable: quoteIdentifier(object),
    next: `${place}.${quoteIdentifier(`_dativo_new_${object}`)}`,
    commits: `${place}._dativo_commits`,
    replacements: `${place}._dativo_replacements`,
  };
}
