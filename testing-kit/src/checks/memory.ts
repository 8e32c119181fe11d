import { BaselineFailed } from "../plugin/baseline-failed.js";
import { growthPerUse } from "../probe/memory-growth.js";
import type { UseReport } from "../probe/probe-request.js";
import type { Probes } from "../probe/probes.js";
import { readerCheck, writerCheck } from "./check.js";
import { fail, notApplicable } from "./check-failure.js";

const MEMORY = {
  clause: "2.6",
  group: "lifecycle",
  tier: "chaos",
  title: "Memory does not grow with use",
  why: "What a module keeps of each run fills the memory of a host that runs for weeks.",
} as const;

export const readerMemoryIsFlat = readerCheck({
  ...MEMORY,
  id: "R6.memory",
  how: "Reads everything again and again in a process of its own, closes, and looks for records that are still referred to (Node), blocks that stay allocated (Python) and for the memory of the process. That of native plugins is watched by R9.ledger.",
  async run(lab) {
    await lab.baseline();
    mustBeFlat(await usedOften(lab.subject.runtime, lab.probes));
  },
});

export const writerMemoryIsFlat = writerCheck({
  ...MEMORY,
  id: "W6.memory",
  how: "Writes, commits and aborts again and again in a process of its own, closes, and looks for records that are still referred to (Node), blocks that stay allocated (Python) and for the memory of the process. That of native plugins is watched by W9.ledger.",
  async run(lab) {
    await lab.baseline();
    mustBeFlat(await usedOften(lab.subject.runtime, lab.probes));
  },
});

async function usedOften(runtime: string, probes: Probes): Promise<UseReport> {
  if (runtime === "native")
    notApplicable("The memory of native plugins is watched byte by byte, by the ledger.");
  const { used, failed, crashed } = await probes.repeat();
  if (used !== undefined) return used;
  throw new BaselineFailed(
    failed === undefined ? `Its process ${crashed?.how ?? "ended"}.` : `${failed.code}: ${failed.message}`,
  );
}

function mustBeFlat({ memory, unit, tolerated, records, retained }: UseReport): void {
  const advice =
    "Keep what belongs to one run in the instance or the client, not in the module or the class, and bound caches.";
  if (retained > records / 4)
    fail(
      `After close, ${retained} records of earlier uses were still referred to; one use hands over ${records}.`,
      { advice },
    );
  const grown = growthPerUse(memory);
  if (grown > tolerated)
    fail(
      `With each use ${Math.round(grown)} ${unit === "bytes" ? "bytes" : "blocks"} more stay allocated; one use hands over ${records} records.`,
      {
        difference: memory
          .map(({ uses, held }) => `after ${uses} uses  ${held - (memory[0]?.held ?? 0)} more`)
          .join("\n"),
        advice,
      },
    );
}
