import type { ReaderEvent } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { NEVER, openReader, readAll, recordingHost } from "../../test/recording-host.js";
import { defineReader } from "./define-reader.js";
import { page } from "./yielded.js";

class Client {
  closed = 0;
  async close() {
    this.closed += 1;
  }
}

const closing = (clients: Client[]) =>
  defineReader({
    name: "closing",
    open: () => {
      const client = new Client();
      clients.push(client);
      return client;
    },
    check: () => ({ success: true, message: "ok" }),
    objects: { o: { read: () => [[{ n: 1 }]] } },
  });

describe("life of a reader", () => {
  it("opens the client once, at first use, and closes it once", async () => {
    const clients: Client[] = [];
    const reader = await openReader(closing(clients));
    expect(clients).toHaveLength(0);
    await reader.check(NEVER);
    await readAll(reader);
    await Promise.all([reader.close(), reader.close()]);
    expect(clients.map(({ closed }) => closed)).toEqual([1]);
    await expect(reader.check(NEVER)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  it.each([
    [
      "Symbol.asyncDispose",
      (done: () => void) => ({
        [Symbol.asyncDispose]: async () => done(),
        close: () => expect.unreachable(),
      }),
    ],
    ["Symbol.dispose", (done: () => void) => ({ [Symbol.dispose]: done })],
    ["close", (done: () => void) => ({ close: done })],
  ])("closes by %s", async (_name, make) => {
    let closed = 0;
    const client = make(() => {
      closed += 1;
    });
    const reader = await openReader(
      defineReader({ name: "x", open: () => client, objects: { o: { read: () => [] } } }),
    );
    await readAll(reader);
    await reader.close();
    expect(closed).toBe(1);
  });

  it("opens again after an opening that failed", async () => {
    let attempts = 0;
    const reader = await openReader(
      defineReader({
        name: "x",
        open: () => {
          attempts += 1;
          if (attempts === 1) throw new Error("not yet");
          return {};
        },
        check: () => ({ success: true, message: "ok" }),
        objects: {},
      }),
    );
    expect((await reader.check(NEVER)).success).toBe(false);
    expect((await reader.check(NEVER)).success).toBe(true);
  });

  it("ends the author's generator when the consumer stops early", async () => {
    let released = false;
    const reader = await openReader(
      defineReader({
        name: "x",
        objects: {
          o: {
            async *read() {
              try {
                for (let n = 0; ; n += 1) yield page([{ n }]);
              } finally {
                released = true;
              }
            },
          },
        },
      }),
      { engine: { options: { batch_bytes: 1 } } },
    );
    for await (const event of reader.extract({ objects: [], state: {} }, NEVER))
      if (event.type === "batch") break;
    expect(released).toBe(true);
  });

  it.each(["the operation", "the host", "closing"])(
    "stops a read that hangs when cancelled by %s",
    async (by) => {
      const host = recordingHost();
      const operation = new AbortController();
      let seen: AbortSignal | undefined;
      const reader = await openReader(
        defineReader({
          name: "x",
          objects: {
            o: {
              async *read({ signal }) {
                seen = signal;
                yield [{ n: 1 }];
                await new Promise(() => {});
              },
            },
          },
        }),
        { engine: { options: { batch_bytes: 1 } } },
        host,
      );
      const events: ReaderEvent[] = [];
      const reading = (async () => {
        for await (const event of reader.extract({ objects: [], state: {} }, operation.signal)) {
          events.push(event);
          if (event.type !== "batch") continue;
          if (by === "the operation") setTimeout(() => operation.abort(), 20);
          else if (by === "the host") setTimeout(() => host.controller.abort(), 20);
          else setTimeout(() => void reader.close(), 20);
        }
      })();
      await expect(reading).rejects.toMatchObject({ code: "INTERRUPTED" });
      expect(seen?.aborted).toBe(true);
      expect(events.at(-1)?.type).toBe("batch");
    },
  );

  it("closes even while it is still being opened", async () => {
    let finish: ((client: Client) => void) | undefined;
    const reader = await openReader(
      defineReader({
        name: "x",
        open: () =>
          new Promise<Client>((resolve) => {
            finish = resolve;
          }),
        check: () => ({ success: true, message: "" }),
        objects: {},
      }),
    );
    const check = reader.check(NEVER);
    check.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    await reader.close();
    await expect(check).rejects.toMatchObject({ code: "INTERRUPTED" });
    const client = new Client();
    finish?.(client);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.closed).toBe(1);
  });
});
