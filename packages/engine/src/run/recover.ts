import type { HostContext } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import type { Journal } from "../store/journal.js";
import { type CommitLedger, finishCommit } from "./commit.js";
import { modeOf } from "./commit-record.js";
import { openWriter } from "./writers.js";

/** What recovery works with. */
export interface Recovery {
  readonly job: ResolvedJob;
  readonly plugins: LoadedPlugins;
  readonly host: HostContext;
  readonly journal: Journal;
  readonly ledger: CommitLedger;
  readonly warn: (message: string) => void;
}

/**
 * Finishes the commits that a dead process or a failed attempt prepared and did not record as made. A writer whose
 * commits are not idempotent may thereby make one twice, since nobody knows whether it was made; the report says so.
 */
export async function finishOpenCommits(recovery: Recovery): Promise<void> {
  const { job, plugins, host, journal, ledger, warn } = recovery;
  for (const prepare of journal.openCommits()) {
    const { object, token } = prepare;
    if (plugins.writer.spec.idempotentCommit !== true)
      warn(
        `Commit ${token} was interrupted and made again; ${plugins.writer.spec.name} does not promise that this has the effect of once, so its records may be doubled.`,
      );
    const writer = await openWriter(job, plugins, host, { object, mode: modeOf(prepare) });
    try {
      await finishCommit(writer, prepare, ledger);
    } finally {
      await writer.close();
    }
  }
}
