import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { isDativoError } from "@dativo/protocol";
import type { FunctionTransport, InvokeOptions } from "../deploy/function-transport.js";

/** How invocations are admitted. */
export interface AdmissionOptions {
  /** Invocations under way at most. @default 64 */
  readonly maxConcurrency?: number;
  /** Milliseconds before a refused invocation is asked for again; each further refusal in a row doubles it. @default 200 */
  readonly firstDelayMs?: number;
  /** @default 20000 */
  readonly maxDelayMs?: number;
  /** Milliseconds after which refusals are no longer borne. @default 300000 */
  readonly giveUpMs?: number;
}

const admissions = new WeakMap<FunctionTransport, FunctionTransport>();

/**
 * Makes invocations of a function wait their turn: as many are under way as the provider has lately allowed, half as
 * many after it refused one, and one more after each full round that went well. One that is refused did not run, and
 * is asked for again.
 */
export function admitting(transport: FunctionTransport, options: AdmissionOptions = {}): FunctionTransport {
  let admitted = admissions.get(transport);
  if (admitted === undefined) {
    admitted = admittedTransport(transport, options);
    admissions.set(transport, admitted);
  }
  return admitted;
}

function admittedTransport(transport: FunctionTransport, options: AdmissionOptions): FunctionTransport {
  const { maxConcurrency = 64, firstDelayMs = 200, maxDelayMs = 20_000, giveUpMs = 300_000 } = options;
  const gate = new AdmissionGate(maxConcurrency);
  async function* invoke(request: Uint8Array, invokeOptions: InvokeOptions) {
    const { signal } = invokeOptions;
    // All that wait listen to the one signal of a run; each stops when its turn has come.
    setMaxListeners(0, signal);
    const giveUpAt = performance.now() + giveUpMs;
    for (let refusals = 0; ; refusals += 1) {
      await gate.enter(signal);
      let refused: unknown;
      try {
        const chunks = transport.invoke(request, invokeOptions)[Symbol.asyncIterator]();
        try {
          let next = await chunks.next();
          for (; next.done !== true; next = await chunks.next()) yield next.value;
          gate.succeeded();
          return;
        } finally {
          await chunks.return?.();
        }
      } catch (error) {
        if (!isThrottle(error) || signal.aborted || performance.now() > giveUpAt) throw error;
        refused = error;
        gate.refused();
      } finally {
        gate.leave();
      }
      const asked = isDativoError(refused) ? (refused.retryAfterSeconds ?? 0) * 1000 : 0;
      const delay = Math.max(
        asked,
        Math.min(maxDelayMs, firstDelayMs * 2 ** refusals) * (0.5 + Math.random() / 2),
      );
      await sleep(delay, undefined, { signal });
    }
  }
  return {
    name: transport.name,
    // What a transport allows may become less once it knows its provider better.
    get limits() {
      return transport.limits;
    },
    invoke,
  };
}

function isThrottle(error: unknown): boolean {
  return isDativoError(error) && error.code === "CLOUD_THROTTLED";
}

/** Lets in as many at a time as lately went well. */
export class AdmissionGate {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];
  private allowed: number;

  constructor(private readonly most: number) {
    this.allowed = most;
  }

  /** How many may be inside now. */
  get limit(): number {
    return Math.max(1, Math.floor(this.allowed));
  }

  async enter(signal: AbortSignal): Promise<void> {
    while (this.inside >= this.limit) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        const go = () => {
          signal.removeEventListener("abort", go);
          resolve();
        };
        this.waiting.push(go);
        signal.addEventListener("abort", go, { once: true });
      });
    }
    signal.throwIfAborted();
    this.inside += 1;
  }

  leave(): void {
    this.inside -= 1;
    this.wake();
  }

  /** One more after each full round that went well. */
  succeeded(): void {
    this.allowed = Math.min(this.most, this.allowed + 1 / this.limit);
  }

  /** Half as many after a refusal, but never fewer than are let through. */
  refused(): void {
    this.allowed = Math.max(1, Math.min(this.allowed, this.inside) / 2);
  }

  private wake(): void {
    // Those who find no room wait again; one that was told to stop must not swallow the turn of another.
    for (const go of this.waiting.splice(0)) go();
  }
}
