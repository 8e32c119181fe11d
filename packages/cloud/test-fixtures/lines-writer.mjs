import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { BaseWriter } from "@dativo/sdk";

/** Says what the secrets are without telling them. */
function hashOf(credentials) {
  return createHash("sha256").update(JSON.stringify(credentials)).digest("hex");
}

/** Writes JSON lines: to a folder of its own, from which a commit moves them. */
export class LinesWriter extends BaseWriter {
  static idempotentCommit = true;

  writeBatch(records, fileCounter) {
    const { connection, credentials } = this.targetConfig;
    if (connection.key_hash !== undefined && connection.key_hash !== hashOf(credentials))
      throw new Error("The secrets are not there.");
    const staged = join(this.outputBase, "staged");
    mkdirSync(staged, { recursive: true });
    // A name of its own, so that what is written twice is there twice.
    const path = join(staged, `${this.assetDefinition.name}-${fileCounter}-${randomUUID()}.jsonl`);
    const plain = (_key, value) => (typeof value === "bigint" ? String(value) : value);
    writeFileSync(path, records.map((record) => `${JSON.stringify(record, plain)}\n`).join(""));
    const { die_at: dieAt } = connection;
    if (dieAt !== undefined && records.some(({ id }) => id === dieAt)) process.reallyExit(9);
    return [{ path, recordCount: records.length }];
  }

  commitFiles(files) {
    const target = join(this.outputBase, "committed");
    mkdirSync(target, { recursive: true });
    for (const { path } of files) if (existsSync(path)) renameSync(path, join(target, basename(path)));
    return { status: "success", filesAdded: files.length };
  }
}
