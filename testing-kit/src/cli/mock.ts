import { DativoError } from "@dativo/protocol";
import { type Command, Option } from "commander";
import { cassettePath, readCassette } from "../cassette/cassette.js";
import { replayed } from "../cassette/replay.js";
import { FaultProxy } from "../http/fault-proxy.js";
import { NAMED_FAULTS, namedFault } from "../http/named-faults.js";
import type { MockSource } from "../plugin/subject.js";
import { findSubjects } from "../project/find-subjects.js";
import type { ExitCode } from "./main.js";
import { printLine } from "./print.js";

interface Options {
  readonly port: string;
  readonly fault?: string;
}

const faultOption = () =>
  new Option(
    "--fault <name>",
    `does to requests what networks do; with @3 only to the third: ${[...Object.keys(NAMED_FAULTS), "repeated-page"].join(", ")}`,
  );

/** Adds `dativo-test mock` and `dativo-test replay`. */
export function addMockCommands(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command("mock")
    .description("Serves the mock API of a plugin on a port, to develop against.")
    .argument("[plugin]", "a job file or a plugin")
    .option("--port <port>", "port to serve on; 0 takes a free one", "4010")
    .addOption(faultOption())
    .option("--debug", "shows stack traces")
    .action(async (plugin: string | undefined, options: Options) => {
      const { subjects } = await findSubjects(process.cwd(), plugin);
      const mock = subjects.find((subject) => subject.mock !== undefined)?.mock;
      if (mock === undefined)
        throw new DativoError({
          code: "USAGE",
          message: "No plugin here connects to a web address, so there is no API to serve.",
        });
      finish(await serve(mock, options));
    });
  program
    .command("replay")
    .description("Serves a recording on a port.")
    .argument("[cassette]", "a cassette; default: that of the reader here")
    .option("--port <port>", "port to serve on; 0 takes a free one", "4010")
    .addOption(faultOption())
    .option("--debug", "shows stack traces")
    .action(async (path: string | undefined, options: Options) => {
      const file = path ?? (await defaultCassette());
      const cassette = readCassette(file);
      if (cassette === undefined)
        throw new DativoError({
          code: "USAGE",
          message: `There is no cassette ${file}.`,
          hint: "Record one: dativo-test record",
        });
      printLine(
        `Recorded ${cassette.recorded_at} from ${cassette.source} with ${cassette.plugin.name} ${cassette.plugin.version}.`,
      );
      finish(await serve(replayed(cassette, file), options));
    });
}

async function defaultCassette(): Promise<string> {
  const { subjects, projectRoot } = await findSubjects(process.cwd());
  return cassettePath(projectRoot, subjects.find(({ kind }) => kind === "reader")?.reference ?? "");
}

async function serve(mock: MockSource, { port, fault }: Options): Promise<ExitCode> {
  const running = await mock.start();
  const plan = fault === undefined ? undefined : namedFault(fault);
  const proxy = await FaultProxy.start(running.url, plan, Number(port));
  printLine(
    `${mock.name} at ${proxy.origin}${fault === undefined ? "" : `, with ${fault}`}   (Ctrl-C ends it)`,
  );
  const timer = setInterval(() => printRequests(proxy), 100);
  await new Promise<void>((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  clearInterval(timer);
  printRequests(proxy);
  await proxy.close();
  await running.close();
  return 0;
}

/** Prints the requests that were answered since the last time. */
function printRequests(proxy: FaultProxy): void {
  for (const { request, answer, fault } of proxy.exchanges.splice(0))
    printLine(
      `${fault === undefined ? (answer?.status ?? "…") : fault.kind}  ${request.method} ${request.path}`,
    );
}
