import { BaselineFailed } from "../plugin/baseline-failed.js";
import type { ReaderLab } from "../plugin/reader-lab.js";
import type { WriterLab } from "../plugin/writer-lab.js";
import { growthPerUse } from "../probe/memory-growth.js";
import type { AbiFinding } from "../probe/probe-request.js";
import type { ProbeOutcome } from "../probe/run-probe.js";
import { readerCheck, writerCheck } from "./check.js";
import { fail, notApplicable } from "./check-failure.js";

type Lab = ReaderLab | WriterLab;

const SYMBOLS = {
  clause: "4",
  group: "lifecycle",
  tier: "offline",
  needs: ["native"],
  title: "The functions that free what the plugin hands over are there",
  why: "A host loads a library without them, as others do; what it returns then stays in memory for ever.",
  how: "Looks for free_string, and for free_reader or free_writer, among the symbols of a library of ABI v1.",
  run: (lab: Lab) =>
    failOn(
      findingsOf(lab, "symbols", 1),
      'Export them without name mangling: #[no_mangle] pub extern "C" fn …; export_reader! and export_writer! of the dativo-plugin crate do.',
    ),
} as const;

const VERSION = {
  clause: "5",
  group: "configuration",
  tier: "offline",
  needs: ["native"],
  title: "A host of any version is answered a table that it can read, or none",
  why: "A host reads the table by the version it speaks; a function at another place is called with the wrong arguments.",
  how: "Asks dativo_plugin_v2 as hosts of the versions 0, 1, 2 and 99, and spec for the description of the plugin.",
  run: (lab: Lab) =>
    failOn(
      findingsOf(lab, "version", 2),
      "Return NULL when host_abi is below the version of the table, and the table otherwise.",
    ),
} as const;

const HOSTILE = {
  clause: "5",
  group: "failures",
  tier: "offline",
  needs: ["native"],
  title: "Input that cannot be used is an error, never the end of the process",
  why: "A panic that crosses the boundary ends the host, with every other plugin in it and all that was not committed.",
  how: "Calls the functions with bytes that are not UTF-8, texts that are not JSON, empty ones, null pointers to free and an operation that there is not, in a process of its own.",
  run: (lab: Lab) =>
    failOn(
      findingsOf(lab, "hostile"),
      'Answer a status other than 0, and an object with error_code and message: {"message": "…"}.',
    ),
} as const;

const LEDGER = {
  clause: "4",
  group: "lifecycle",
  tier: "offline",
  needs: ["native"],
  why: "What is not given back fills the memory of a host that runs for weeks; what is given back twice ends it.",
} as const;

export const readerHasItsSymbols = readerCheck({ id: "R9.symbols", ...SYMBOLS });
export const writerHasItsSymbols = writerCheck({ id: "W9.symbols", ...SYMBOLS });
export const readerAnswersVersions = readerCheck({ id: "R9.version", ...VERSION });
export const writerAnswersVersions = writerCheck({ id: "W9.version", ...VERSION });
export const readerSurvivesHostileInput = readerCheck({ id: "R9.hostile", ...HOSTILE });
export const writerSurvivesHostileInput = writerCheck({ id: "W9.hostile", ...HOSTILE });

export const readerReleases = readerCheck({
  id: "R9.release",
  clause: "5",
  group: "lifecycle",
  tier: "offline",
  needs: ["native"],
  title: "A release function marks what it released",
  why: "Libraries that share a batch look at the mark, and release what has none a second time.",
  how: "Reads, calls the release function of each array and schema, and looks whether it has set the member release to NULL.",
  async run(lab) {
    const findings = await findingsOf(lab, "release", 2);
    if (findings.length > 0)
      fail(findings[0] as string, {
        advice:
          "Set release to NULL at the end of a release function, as the Arrow C Data Interface wants it.",
      });
  },
});

export const readerLedgerBalances = readerCheck({
  ...LEDGER,
  id: "R9.ledger",
  title:
    "Every text, array and instance that the reader hands over is given back once, and its memory with it",
  how: "Reads everything again and again in a process of its own, and once each time leaves the read after its first batch. Counts what was handed over and given back, and the bytes that stay allocated.",
  run: async (lab) => mustBalance(await lab.probes.repeat()),
});

export const writerLedgerBalances = writerCheck({
  ...LEDGER,
  id: "W9.ledger",
  title:
    "Every batch that the writer is lent, and all it hands over, is given back once, and its memory with it",
  how: "Writes, commits and aborts again and again in a process of its own. Counts what was lent, handed over and given back, and the bytes that stay allocated.",
  run: async (lab) => mustBalance(await lab.probes.repeat()),
});

/** Fails when anything was found. */
async function failOn(found: Promise<readonly string[]>, advice: string): Promise<void> {
  const findings = await found;
  if (findings.length > 0) fail(findings.join("\n"), { advice });
}

/** What calling the functions of a library directly found, of one kind; a process that ends is a finding itself. */
async function findingsOf(lab: Lab, about: AbiFinding["about"], onlyIn?: 1 | 2): Promise<string[]> {
  const { abi, crashed, failed, printed } = await lab.probes.abi();
  if (onlyIn !== undefined && abi !== undefined && abi.abi !== onlyIn)
    notApplicable(`The library speaks ABI v${abi.abi}.`);
  const found = abi?.findings.filter((finding) => finding.about === about).map(({ what }) => what) ?? [];
  if (about === "hostile" && crashed !== undefined)
    fail(`The process ${crashed.how} within: ${crashed.step}.`, {
      difference: lastLines(printed),
      advice:
        "Return an error instead of panicking: match what parsing gives, and catch panics at the boundary (catch_unwind). The macros of the dativo-plugin crate do.",
    });
  if (abi === undefined)
    throw new BaselineFailed(failed?.message ?? `Its process ${crashed?.how ?? "ended"}.`);
  return [...new Set(found)];
}

function mustBalance({ used, crashed, failed, printed }: ProbeOutcome): void {
  if (crashed !== undefined)
    fail(`The process of the plugin ${crashed.how} within ${crashed.step}.`, {
      difference: lastLines(printed),
      advice:
        "Hand over memory that the host may free: a text of its own from CString::into_raw for each call, never one that is kept or static.",
    });
  if (used === undefined) fail(`The plugin could not be used: ${failed?.code}: ${failed?.message}`);
  const open = Object.entries(used.ledger ?? {}).filter(([, { taken, released }]) => taken !== released);
  if (open.length > 0)
    fail(
      `Not everything was given back: ${open.map(([kind, { taken, released }]) => `${taken - released} ${kind}`).join(", ")}.`,
      {
        difference: open
          .map(([kind, entry]) => `${kind.padEnd(10)} ${entry.taken} taken, ${entry.released} given back`)
          .join("\n"),
        advice: "Call the release function of what you are lent, once, also when you fail.",
      },
    );
  const { memory, tolerated, records, bytes } = used;
  const grown = growthPerUse(memory);
  if (grown > tolerated)
    fail(
      `With each use ${Math.round(grown)} bytes more stay allocated; one use hands over ${records} records of ${bytes} bytes.`,
      {
        difference: memory
          .map(({ uses, held }) => `after ${uses} uses  ${held - (memory[0]?.held ?? 0)} bytes more`)
          .join("\n"),
        advice:
          "Free in free_string, free_buffer, close and the release functions what was allocated for them.",
      },
    );
}

function lastLines(printed: string): string | undefined {
  const lines = printed.trim().split("\n").slice(-4);
  return lines.join("\n") === "" ? undefined : lines.join("\n");
}
