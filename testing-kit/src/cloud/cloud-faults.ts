/** Which calls a fault applies to. */
export interface FaultChoice {
  /** Name of the function. @default every one */
  readonly function?: string;
  /** Calls that pass before the first one it applies to. @default 0 */
  readonly skip?: number;
  /** Calls that it applies to; one whose response ends before the bytes of a fault is none of them. @default 1 */
  readonly times?: number;
}

/**
 * What goes wrong on purpose.
 *
 * - `kill`: the process of the function is killed once so many bytes of the response have passed.
 * - `truncate`: the caller's connection is cut once so many bytes have passed; the function goes on.
 * - `stall`: the function stands still once so many bytes have passed, until its time is up.
 * - `delay`: the function gets the request so many milliseconds late.
 * - `throttle`: the invocation is refused with 429.
 * - `slow-start`: a cold start takes so much longer.
 * - `init-error`: a cold start fails.
 * - `error`: an operation of the control plane, or the invocation of a Lambda function, is answered with an error.
 */
export type CloudFault = FaultChoice &
  (
    | { readonly kind: "kill"; readonly afterBytes: number }
    | { readonly kind: "truncate"; readonly afterBytes: number }
    | { readonly kind: "stall"; readonly afterBytes: number }
    | { readonly kind: "delay"; readonly milliseconds: number }
    | {
        readonly kind: "throttle";
        /** Lambda's reason. @default "ConcurrentInvocationLimitExceeded" */
        readonly reason?: string;
      }
    | { readonly kind: "slow-start"; readonly milliseconds: number }
    | { readonly kind: "init-error"; readonly message?: string }
    | {
        readonly kind: "error";
        /** Such as `CreateFunction`, `CreateRole` or `Invoke`. */
        readonly operation: string;
        readonly status: number;
        /** Such as `ServiceException`, or `UNAVAILABLE` for Google. */
        readonly code: string;
        readonly message?: string;
      }
  );

type Kind = CloudFault["kind"];
type FaultOf<K extends Kind> = Extract<CloudFault, { kind: K }>;

/** Faults that wait for a response to reach some bytes. */
const BYTE_KINDS = ["kill", "truncate", "stall"] as const;
type ByteKind = (typeof BYTE_KINDS)[number];

/** What goes wrong with one invocation on purpose: one of the faults that wait for bytes, at most. */
export interface InvocationFaults {
  readonly killAfterBytes?: number;
  readonly truncateAfterBytes?: number;
  readonly stallAfterBytes?: number;
  readonly delayMs?: number;
  /** Takes note that the response got so far. */
  happened(): void;
  /** The invocation is over: what did not happen is left for the next one. */
  over(): void;
}

/** Nothing goes wrong. */
export const NO_FAULTS: InvocationFaults = { happened: () => {}, over: () => {} };

/** What goes wrong with the start of a process on purpose. */
export interface StartFaults {
  readonly slowStartMs?: number;
  readonly initError?: string;
}

/** A fault, and the calls that are left to it. */
interface Plan {
  readonly fault: CloudFault;
  skip: number;
  left: number;
}

/** The faults that are still to come, in the order in which they were added. */
export class CloudFaults {
  private readonly planned: Plan[] = [];
  private readonly done: CloudFault[] = [];

  /** Every fault that has happened, once for each time, in order. */
  get happened(): readonly CloudFault[] {
    return this.done;
  }

  /** Adds one. */
  add(fault: CloudFault): void {
    this.planned.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  /** Removes all, and forgets those that have happened. */
  clear(): void {
    this.planned.length = 0;
    this.done.length = 0;
  }

  /** The error that an operation is to be answered with. @internal */
  forOperation(operation: string): { status: number; code: string; message: string } | undefined {
    const plan = this.take((each) => each.kind === "error" && each.operation === operation);
    if (plan === undefined) return undefined;
    this.done.push(plan.fault);
    const fault = plan.fault as FaultOf<"error">;
    return { ...fault, message: fault.message ?? `${fault.code}, as the test asked for` };
  }

  /** The reason to refuse an invocation. @internal */
  throttle(fn: string): string | undefined {
    const fault = this.happens("throttle", fn);
    return fault && (fault.reason ?? "ConcurrentInvocationLimitExceeded");
  }

  /** @internal */
  forInvocation(fn: string): InvocationFaults {
    const due = BYTE_KINDS.flatMap((kind) => this.take((fault) => fits(fault, kind, fn)) ?? []);
    const bytesOf = ({ fault }: Plan) => (fault as FaultOf<ByteKind>).afterBytes;
    // What would come later in the response is left for the next one.
    const [first, ...later] = due.sort((left, right) => bytesOf(left) - bytesOf(right));
    for (const plan of later) plan.left += 1;
    const delay = this.happens("delay", fn);
    let armed = first;
    return {
      ...(first && { [`${first.fault.kind}AfterBytes`]: bytesOf(first) }),
      ...(delay && { delayMs: delay.milliseconds }),
      happened: () => {
        if (armed !== undefined) this.done.push(armed.fault);
        armed = undefined;
      },
      over: () => {
        if (armed !== undefined) armed.left += 1;
        armed = undefined;
      },
    };
  }

  /** @internal */
  forStart(fn: string): StartFaults {
    const [slow, fails] = [this.happens("slow-start", fn), this.happens("init-error", fn)];
    return {
      ...(slow && { slowStartMs: slow.milliseconds }),
      ...(fails && { initError: fails.message ?? "The start failed, as the test asked for" }),
    };
  }

  private happens<K extends Kind>(kind: K, fn: string): FaultOf<K> | undefined {
    const plan = this.take((fault) => fits(fault, kind, fn));
    if (plan !== undefined) this.done.push(plan.fault);
    return plan?.fault as FaultOf<K> | undefined;
  }

  /** The first fault that fits and is due; every one that fits has seen one more call. */
  private take(fitting: (fault: CloudFault) => boolean): Plan | undefined {
    let taken: Plan | undefined;
    for (const plan of this.planned) {
      if (!fitting(plan.fault)) continue;
      if (plan.skip > 0) plan.skip -= 1;
      else if (taken === undefined && plan.left > 0) {
        plan.left -= 1;
        taken = plan;
      }
    }
    return taken;
  }
}

function fits(fault: CloudFault, kind: Kind, fn: string): boolean {
  return fault.kind === kind && (fault.function ?? fn) === fn;
}
