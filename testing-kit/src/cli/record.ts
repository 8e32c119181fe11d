import { relative, resolve } from "node:path";
import { DativoError } from "@dativo/protocol";
import type { Command } from "commander";
import { cassettePath, writeCassette } from "../cassette/cassette.js";
import { recordReader } from "../cassette/record.js";
import { findSubjects } from "../project/find-subjects.js";
import { seedOf } from "../run/seed.js";
import type { ExitCode } from "./main.js";
import { printLine } from "./print.js";

/** Adds `dativo-test record`. */
export function addRecordCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command("record")
    .description(
      "Records what passes between a reader and its live API, without secrets; contract checks then use the recording.",
    )
    .argument("[plugin]", "a job file or a plugin")
    .option("--output <file>", "the cassette to write; default: cassettes/<plugin>.json in the project")
    .option("--debug", "shows stack traces")
    .action(async (plugin: string | undefined, options: { output?: string }) => {
      const { subjects, projectRoot } = await findSubjects(process.cwd(), plugin, { live: true });
      const reader = subjects.find((subject) => subject.kind === "reader");
      if (reader?.kind !== "reader")
        throw new DativoError({
          code: "USAGE",
          message: "Only readers can be recorded, and there is none here.",
        });
      const cassette = await recordReader(reader, seedOf(undefined, reader.name));
      const file =
        options.output === undefined ? cassettePath(projectRoot, reader.reference) : resolve(options.output);
      writeCassette(file, cassette);
      printLine(
        `Recorded ${cassette.exchanges.length} answers of ${cassette.source} into ${relative(process.cwd(), file)}.\nLook at it before you commit it: secrets were removed by value, other private data were not.`,
      );
      finish(0);
    });
}
