import { describe, expect, it } from "vitest";
import { inBothPlacements } from "../testing/both-placements.js";
import { never } from "../testing/plugin-bench.js";

inBothPlacements("A plugin", (kit) => {
  describe("that prints", () => {
    it("writes log records with its name, a level and no secrets", async () => {
      const { bench, reader } = await kit.reader({
        check: `console.log("a %d", 1); console.error("b hunter22"); process.stdout.write("c"); process.stdout.write("d\\ne");
          await sleep(1); console.debug("f"); process.stderr.write("g\\n"); return { success: true, message: "" };`,
      });
      bench.redactor.add("hunter22");
      await reader.check(never);
      await reader.close();
      expect(bench.logs.map(({ level, source, message }) => [level, source, message])).toEqual([
        ["info", "sample", "a 1"],
        ["error", "sample", "b [redacted]"],
        ["info", "sample", "cd"],
        ["debug", "sample", "f"],
        ["warn", "sample", "g"],
        ["info", "sample", "e"],
      ]);
    });

    it("may print megabytes", async () => {
      const { bench, reader } = await kit.reader({
        check: `for (let i = 0; i < 100_000; i++) console.log("line", i, "x".repeat(100));
          process.stdout.write("y".repeat(5_000_000) + "\\n"); return { success: true, message: "done" };`,
      });
      expect(await reader.check(never)).toEqual({ success: true, message: "done" });
      await reader.close();
      const omitted = bench.logs.reduce((sum, { fields }) => sum + Number(fields?.omitted ?? 0), 0);
      const shown = bench.logs.filter(({ fields }) => fields?.omitted === undefined);
      expect(shown.length + omitted).toBe(100_001);
      expect(shown.length).toBeLessThan(10_000);
      expect(Math.max(...bench.messages.map((message) => message.length))).toBeLessThan(10_000);
    });
  });
});
