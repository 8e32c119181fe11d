import { openIpcFile, readIpcFileSchema } from "@dativo/columnar";
import type { FileScanner } from "../scan/file-scanner.js";

/** Reads Arrow files and streams kept in files, as columns. */
export const arrowScanner: FileScanner = {
  schema: ({ file }) => readIpcFileSchema(file.path),

  async *scan({ file }, _schema, skip, { signal }) {
    let records = 0;
    for await (const data of openIpcFile(file.path, signal)) {
      records += data.recordCount;
      if (records <= skip) continue;
      yield { data, recordsAfter: records };
    }
  },

  async count() {
    return null;
  },
};
