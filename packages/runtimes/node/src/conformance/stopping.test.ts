import type { ReaderEvent } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { BEGIN, batch, END, inBothPlacements } from "../testing/both-placements.js";
import { EVERYTHING, errorOf, eventsOf, never } from "../testing/plugin-bench.js";
import { readerFile } from "../testing/plugin-project.js";

inBothPlacements("A plugin", (kit) => {
  describe("that never settles", () => {
    const forever = "await new Promise(() => {}); return undefined as any;";
    const seconds = 2;
    const timeout = (call: string) => ({
      code: "PLUGIN_TIMEOUT",
      retryable: true,
      details: { plugin: "sample", call },
    });

    it("in a reader's calls is given up", async () => {
      await Promise.all(
        (["check", "discover", "estimate", "extract", "close"] as const).map(async (call) => {
          const { reader } = await kit.reader(
            { [call]: call === "extract" ? `${BEGIN} ${forever}` : forever },
            seconds,
          );
          const calls: Record<typeof call, () => Promise<unknown>> = {
            check: () => reader.check(never),
            discover: () => reader.discover(never),
            estimate: () => reader.estimate(EVERYTHING, never),
            extract: () => eventsOf(reader),
            close: () => reader.close(),
          };
          expect(await errorOf(calls[call]())).toMatchObject(timeout(call));
        }),
      );
    });

    it("in a writer's calls is given up", async () => {
      await Promise.all(
        (["write", "flush", "commit", "abort"] as const).map(async (call) => {
          const { writer } = await kit.writer({ [call]: forever }, seconds);
          const schema = { fields: [] };
          const calls: Record<typeof call, () => Promise<unknown>> = {
            write: () =>
              writer.write({ data: { form: "rows", rows: [] }, schema, fileCounter: 0, token: "t" }, never),
            flush: () => writer.flush("t", never),
            commit: () => writer.commit({ files: [], token: "t", final: true, schema }, never),
            abort: () => writer.abort({ scope: "run", runId: "r" }, never),
          };
          expect(await errorOf(calls[call]())).toMatchObject(timeout(call));
        }),
      );
    });

    it("before it is open is given up", async () => {
      const [opened, loaded] = await Promise.all([
        errorOf(kit.bench(readerFile({ open: forever }), seconds).reader()),
        errorOf(
          kit.bench(readerFile({ top: "await new Promise(() => {});" }), seconds).load("plugin.ts:Reader"),
        ),
      ]);
      expect(opened).toMatchObject(timeout("open"));
      expect(loaded).toMatchObject({ code: "PLUGIN_TIMEOUT", details: { call: "load" } });
    });

    it("in one object is not given up while it yields", async () => {
      const { reader } = await kit.reader(
        { extract: `${BEGIN} for (let i = 0; i < 4; i++) { await sleep(700); ${batch("[{}]")} } ${END}` },
        seconds,
      );
      expect(await eventsOf(reader)).toHaveLength(6);
    });
  });

  describe("that is cancelled", () => {
    it("and stops is interrupted", async () => {
      const { reader } = await kit.reader({
        check:
          'await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))); return null;',
      });
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 50);
      expect(await errorOf(reader.check(cancel.signal))).toMatchObject({
        code: "INTERRUPTED",
        details: { call: "check" },
      });
    });

    it("and does not stop is given up after a second", async () => {
      const { reader } = await kit.reader({ extract: `${BEGIN} for (;;) { await sleep(60_000); }` });
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 50);
      expect(await errorOf(eventsOf(reader, cancel.signal))).toMatchObject({ code: "INTERRUPTED" });
    });

    it("and ends early without a word is not taken for complete", async () => {
      const { reader } = await kit.reader({ extract: `${BEGIN} while (!signal.aborted) await sleep(5);` });
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 50);
      expect(await errorOf(eventsOf(reader, cancel.signal))).toMatchObject({ code: "INTERRUPTED" });
    });

    it("hears of it through its host", async () => {
      const { bench, reader } = await kit.reader({
        check:
          'await new Promise<void>((resolve) => host.signal.addEventListener("abort", () => resolve())); return { success: true, message: "heard" };',
      });
      setTimeout(() => bench.run.abort(), 50);
      expect(await reader.check(never)).toEqual({ success: true, message: "heard" });
    });

    it("by closing it ends what is under way", async () => {
      const { reader } = await kit.reader({
        check:
          'await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))); return null;',
      });
      const checking = errorOf(reader.check(never));
      await reader.close();
      expect(await checking).toMatchObject({ code: "INTERRUPTED" });
    });
  });

  describe("that yields for ever", () => {
    const endless = {
      extract: `${BEGIN} try { for (let i = 0; ; i++) { host.log({ level: "info", message: "batch " + i }); ${batch("[{ i }]")} } }
        finally { host.log({ level: "info", message: "stopped" }); }`,
    };

    it("waits for whoever reads it", async () => {
      const { bench, reader } = await kit.reader(endless);
      const taken: ReaderEvent[] = [];
      for await (const event of reader.extract(EVERYTHING, never)) {
        taken.push(event);
        if (taken.length === 6) {
          await new Promise((resolve) => setTimeout(resolve, 300));
          break;
        }
      }
      // Five batches taken, at most two more under way, and one being made.
      const made = bench.messages.filter((message) => message.startsWith("batch")).length;
      expect(made).toBeGreaterThanOrEqual(5);
      expect(made).toBeLessThanOrEqual(8);
    });

    it("runs its finally blocks when the reading stops", async () => {
      const { bench, reader } = await kit.reader(endless);
      for await (const event of reader.extract(EVERYTHING, never)) if (event.type === "batch") break;
      expect(bench.messages).toContain("stopped");
      // And it can be read again.
      for await (const event of reader.extract(EVERYTHING, never)) if (event.type === "batch") break;
    });

    it("may empty its array after each yield", async () => {
      const { reader } = await kit.reader({
        extract: `${BEGIN} const rows: any[] = []; for (let i = 0; i < 3; i++) { rows.push({ i }); ${batch("rows")} rows.length = 0; } ${END}`,
      });
      const events = await eventsOf(reader);
      expect(
        events.flatMap((event) =>
          event.type === "batch" && event.data.form === "rows" ? event.data.rows : [],
        ),
      ).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }]);
    });
  });
});
