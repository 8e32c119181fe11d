import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";

const NAME = "no_such_object_7f3a";

export const unknownObject = readerCheck({
  id: "R7.unknown",
  clause: "2.7",
  group: "extraction",
  tier: "offline",
  live: true,
  title: "An object that does not exist is OBJECT_NOT_FOUND before any data",
  why: "A misspelt object that reads as empty is noticed weeks later, if at all.",
  how: `Asks for an object named ${NAME}. A native reader of ABI v1, which has no codes, may return null instead.`,
  async run(lab) {
    const { objects, spec } = await lab.about();
    const asked = [NAME, ...objects.slice(0, 1)];
    await lab.session({ source: (source) => ({ ...source, objects: asked }) }, async (session) => {
      const reading = await session.read({ objects: asked, timeoutSeconds: 25 });
      const what = `extract was asked for "${NAME}".`;
      if (reading.records.length > 0) fail(`${what}\nIt yielded ${reading.records.length} records.`);
      if (reading.error === undefined)
        fail(`${what}\nIt ended normally, without a record and without an error.`);
      // ABI v1 of native plugins has no codes: its creator returns null.
      const isAbi1 = spec.version.endsWith("+abi.1") && reading.error.code === "ABI_VIOLATION";
      if (reading.error.code !== "OBJECT_NOT_FOUND" && !isAbi1)
        fail(`${what}\nIt failed, but not as an object that does not exist.`, {
          difference: `expected  OBJECT_NOT_FOUND\ngot       ${reading.error.code}\n          ${reading.error.message}`,
          advice:
            "Compare the objects asked for with those there are before anything is read; defineReader does.",
        });
    });
  },
});
