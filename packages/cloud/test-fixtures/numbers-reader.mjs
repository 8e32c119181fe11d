import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BaseReader, checkpoint } from "@dativo/sdk";

/** Says what the secrets are without telling them. */
function hashOf({ connection, credentials }) {
  return createHash("sha256")
    .update(JSON.stringify([connection.url, credentials]))
    .digest("hex");
}

/**
 * Yields numbered records. What it reads is counted in the file `connection.ledger`, one line a batch, so that a test
 * sees what was asked of the source.
 */
export class NumbersReader extends BaseReader {
  static incremental = true;

  discover() {
    return { objects: this.sourceConfig.objects.map((name) => ({ name, type: "list" })), metadata: {} };
  }

  async *extract(state) {
    const {
      records = 1000,
      batch = 100,
      pad = 0,
      ledger,
      checkpoint_every: every = 1,
      slow_ms: slowMs = 0,
      die_at: dieAt,
      key_hash: keyHash,
    } = this.sourceConfig.connection;
    if (keyHash !== undefined && keyHash !== hashOf(this.sourceConfig))
      throw new Error("The secrets are not there.");
    for (const object of this.sourceConfig.objects) {
      let from = state?.get(object) ?? 0;
      for (let page = 1; from < records; page += 1) {
        if (slowMs > 0) await sleep(slowMs);
        if (dieAt !== undefined && from >= dieAt) process.reallyExit(9);
        const count = Math.min(batch, records - from);
        if (ledger !== undefined) appendFileSync(ledger, `${object} ${from} ${count}\n`);
        const start = from;
        yield {
          object,
          records: Array.from({ length: count }, (_, at) => ({
            id: start + at,
            name: `${object}-${start + at}`,
            big: 9007199254740993n,
            ...(pad > 0 ? { pad: "x".repeat(pad) } : {}),
          })),
        };
        from += count;
        if (every > 0 && page % every === 0) yield checkpoint(object, from);
      }
    }
  }
}
