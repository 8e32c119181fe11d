import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DativoError } from "@dativo/protocol";
import type { Session } from "./session.js";
import { quoteLiteral } from "./sql.js";
import { runSql } from "./statement.js";

/** How a database file is opened. */
export interface AttachOptions {
  /** Opens an existing file without the right to change it. @default false */
  readonly readOnly?: boolean | undefined;
}

interface Attachment {
  readonly alias: string;
  readonly readOnly: boolean;
  users: number;
}

/** Database files attached to an instance, each once, counted by use. */
export class Attachments {
  private readonly byPath = new Map<string, Attachment>();
  private tail: Promise<unknown> = Promise.resolve();
  private made = 0;

  constructor(private readonly session: Session) {}

  attach(path: string, options: AttachOptions): Promise<string> {
    return this.inTurn(async () => {
      const real = await realFile(path);
      const readOnly = options.readOnly ?? false;
      const known = this.byPath.get(real);
      if (known !== undefined) {
        if (known.readOnly && !readOnly) throw attachedReadOnly(path);
        known.users += 1;
        return known.alias;
      }
      const alias = `file_${++this.made}`;
      await runSql(
        this.session,
        `ATTACH ${quoteLiteral(real)} AS ${alias} (TYPE duckdb${readOnly ? ", READ_ONLY" : ""})`,
      );
      this.byPath.set(real, { alias, readOnly, users: 1 });
      return alias;
    });
  }

  detach(alias: string): Promise<void> {
    return this.inTurn(async () => {
      for (const [path, attachment] of this.byPath) {
        if (attachment.alias !== alias) continue;
        attachment.users -= 1;
        if (attachment.users > 0) return;
        this.byPath.delete(path);
        await runSql(this.session, `DETACH ${alias}`);
        return;
      }
    });
  }

  /** Waits for the attachments under way. */
  async settled(): Promise<void> {
    await this.tail;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

/** The path without links, also of a file that does not exist yet. */
async function realFile(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch {
    const folder = await realpath(dirname(absolute)).catch(() => dirname(absolute));
    return join(folder, basename(absolute));
  }
}

function attachedReadOnly(path: string): DativoError {
  return new DativoError({
    code: "DUCKDB_ERROR",
    message: `The database file ${path} is in use for reading only and cannot be written at the same time.`,
    hint: "Read and write the file in separate jobs, or open it for writing first.",
  });
}
