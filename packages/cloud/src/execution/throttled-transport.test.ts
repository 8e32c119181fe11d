import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { DativoError } from "@dativo/protocol";
import { describe, expect, it, vi } from "vitest";
import type { FunctionTransport } from "../deploy/function-transport.js";
import { AdmissionGate, admitting } from "./throttled-transport.js";

/** A function of which so many invocations may be under way, and what came of them. */
function crowded(allowed: number) {
  const seen = { inside: 0, most: 0, done: 0, refused: 0 };
  const transport: FunctionTransport = {
    name: "crowded",
    limits: { requestBytes: 1, responseBytes: 1, timeoutSeconds: 1 },
    async *invoke() {
      if (seen.inside >= allowed) {
        seen.refused += 1;
        throw new DativoError({ code: "CLOUD_THROTTLED", message: "Rate exceeded." });
      }
      seen.inside += 1;
      seen.most = Math.max(seen.most, seen.inside);
      await sleep(2);
      yield new Uint8Array(1);
      seen.inside -= 1;
      seen.done += 1;
    },
  };
  return { transport, seen };
}

const invokeAll = async (transport: FunctionTransport, count: number, signal: AbortSignal) =>
  await Promise.all(
    Array.from({ length: count }, async () => {
      const chunks = [];
      for await (const chunk of transport.invoke(new Uint8Array(0), { signal })) chunks.push(chunk);
      return chunks.length;
    }),
  );

describe("invocations that wait their turn", () => {
  const { signal } = new AbortController();

  it("all run in the end, and are hardly refused once the limit is known", async () => {
    const { transport, seen } = crowded(8);
    const admitted = admitting(transport, { firstDelayMs: 1, maxDelayMs: 5 });
    expect(await invokeAll(admitted, 200, signal)).toEqual(Array.from({ length: 200 }, () => 1));
    expect(seen.done).toBe(200);
    expect(seen.most).toBeLessThanOrEqual(8);
    expect(seen.refused).toBeLessThan(200);
  });

  it("leave nothing on the signal that they share, and nothing to warn of", async () => {
    const warned = vi.fn();
    process.on("warning", warned);
    const shared = new AbortController();
    await invokeAll(admitting(crowded(2).transport, { firstDelayMs: 1, maxDelayMs: 5 }), 40, shared.signal);
    await sleep(1);
    process.off("warning", warned);
    expect(warned.mock.calls).toEqual([]);
    expect(getEventListeners(shared.signal, "abort")).toEqual([]);
  });

  it("keep to the concurrency that the job sets", async () => {
    const { transport, seen } = crowded(100);
    await invokeAll(admitting(transport, { maxConcurrency: 3 }), 30, signal);
    expect(seen).toMatchObject({ done: 30, most: 3, refused: 0 });
  });

  it("give up after a while, and at once when they are cancelled", async () => {
    const { transport } = crowded(0);
    const admitted = admitting(transport, { firstDelayMs: 1, maxDelayMs: 2, giveUpMs: 20 });
    await expect(invokeAll(admitted, 1, signal)).rejects.toMatchObject({ code: "CLOUD_THROTTLED" });
    const cancel = new AbortController();
    const waiting = invokeAll(admitting(crowded(0).transport), 1, cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toThrow();
  });

  it("are halved by a refusal, and grow by one a round", () => {
    const gate = new AdmissionGate(16);
    for (let at = 0; at < 16; at += 1) void gate.enter(signal);
    gate.refused();
    expect(gate.limit).toBe(8);
    for (let at = 0; at < 9; at += 1) gate.succeeded();
    expect(gate.limit).toBe(9);
  });
});
