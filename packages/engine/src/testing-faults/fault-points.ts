import { DativoError } from "@dativo/protocol";

/** Every step of a run at which a fault can be injected, in the order in which a run passes them. */
export const FAULT_POINTS = [
  "run.started",
  "write.before",
  "write.after",
  "flush.before",
  "flush.after",
  "dead_letters.after",
  "journal.prepare.before",
  "journal.prepare.after",
  "commit.before",
  "commit.after",
  "state.before",
  "state.after",
  "journal.committed.before",
  "journal.committed.after",
  "object.done.before",
  "object.done.after",
  "report.before",
  "run.finished.before",
  "run.finished.after",
] as const;

/** A step of a run at which a fault can be injected. */
export type FaultPoint = (typeof FAULT_POINTS)[number];

const ACTIONS = ["kill", "error", "enospc"] as const;

interface Fault {
  readonly point: FaultPoint;
  readonly action: (typeof ACTIONS)[number];
  remaining: number;
}

let fault = parseFault(process.env.DATIVO_FAULT);

/**
 * Sets or clears the fault of this process; for tests. The environment variable `DATIVO_FAULT` sets it at start.
 *
 * The form is `point:occurrence:action`, where `kill` ends the process as SIGKILL does, `error` throws a retryable
 * `TRANSIENT_ERROR`, and `enospc` throws what a full disk throws.
 *
 * @throws DativoError `USAGE`
 * @example
 * setFault("journal.prepare.after:2:kill")
 */
export function setFault(text: string | undefined): void {
  fault = parseFault(text);
}

/** Passes one step of a run; does nothing unless a fault is set for it. */
export function faultPoint(point: FaultPoint): void {
  if (fault !== undefined && fault.point === point) strike(fault);
}

function strike(set: Fault): void {
  set.remaining -= 1;
  if (set.remaining !== 0) return;
  if (set.action === "kill") {
    process.kill(process.pid, "SIGKILL");
    // The signal may be delivered a moment later; nothing further must happen until then.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  if (set.action === "enospc")
    throw Object.assign(new Error(`ENOSPC: no space left on device (fault at ${set.point})`), {
      code: "ENOSPC",
    });
  throw new DativoError({ code: "TRANSIENT_ERROR", message: `A fault was injected at ${set.point}.` });
}

function parseFault(text: string | undefined): Fault | undefined {
  if (text === undefined || text === "") return undefined;
  const [point, occurrence, action] = text.split(":");
  const known = FAULT_POINTS.find((name) => name === point);
  const does = ACTIONS.find((name) => name === action);
  const remaining = Number(occurrence);
  if (known === undefined || does === undefined || !Number.isInteger(remaining) || remaining < 1)
    throw new DativoError({
      code: "USAGE",
      message: `DATIVO_FAULT is "${text}", which is not point:occurrence:action.`,
      hint: `Points: ${FAULT_POINTS.join(", ")}. Actions: ${ACTIONS.join(", ")}.`,
    });
  return { point: known, action: does, remaining };
}
