import type { CommandLine } from "../command-line/parse-command-line.js";
import { Failure } from "../failure.js";
import type { Terminal } from "../terminal.js";

export async function doctor(_line: CommandLine, _terminal: Terminal): Promise<number> {
  throw new Failure("INTERNAL", "not there yet");
}
