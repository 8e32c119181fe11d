/** Which calls a fault applies to. */
export interface FaultChoice {
  /** Name of the function. @default every one */
  readonly function?: string;
  /** Calls that pass before the first one it applies to. @default 0 */
  readonly skip?: number;
  /** Calls that it applies to. @default 1 */
  readonly times?: number;
}

/**
 * What goes wrong on purpose.
 *
 * - `kill`: the process of the function is killed once so many bytes of the response have passed.
 * - `truncate`: the caller's connection is cut once so many bytes have passed; the function goes on.
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

/** What goes wrong with one invocation on purpose. */
export interface InvocationFaults {
  readonly killAfterBytes?: number;
  readonly truncateAfterBytes?: number;
  readonly delayMs?: number;
}

/** What goes wrong with the start of a process on purpose. */
export interface StartFaults {
  readonly slowStartMs?: number;
  readonly initError?: string;
}

/** The faults that are still to come, in the order in which they were added. */
export class CloudFaults {
  private readonly planned: { readonly fault: CloudFault; skip: number; left: number }[] = [];

  /** Adds one. */
  add(fault: CloudFault): void {
    this.planned.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  /** Removes all. */
  clear(): void {
    this.planned.length = 0;
  }

  /** The error that an operation is to be answered with. @internal */
  forOperation(operation: string): { status: number; code: string; message: string } | undefined {
    const fault = this.take((each) => each.kind === "error" && each.operation === operation) as
      | FaultOf<"error">
      | undefined;
    return fault && { ...fault, message: fault.message ?? `${fault.code}, as the test asked for` };
  }

  /** The reason to refuse an invocation. @internal */
  throttle(fn: string): string | undefined {
    const fault = this.of("throttle", fn);
    return fault && (fault.reason ?? "ConcurrentInvocationLimitExceeded");
  }

  /** @internal */
  forInvocation(fn: string): InvocationFaults {
    const [kill, truncate, delay] = [this.of("kill", fn), this.of("truncate", fn), this.of("delay", fn)];
    return {
      ...(kill && { killAfterBytes: kill.afterBytes }),
      ...(truncate && { truncateAfterBytes: truncate.afterBytes }),
      ...(delay && { delayMs: delay.milliseconds }),
    };
  }

  /** @internal */
  forStart(fn: string): StartFaults {
    const [slow, fails] = [this.of("slow-start", fn), this.of("init-error", fn)];
    return {
      ...(slow && { slowStartMs: slow.milliseconds }),
      ...(fails && { initError: fails.message ?? "The start failed, as the test asked for" }),
    };
  }

  private of<K extends Kind>(kind: K, fn: string): FaultOf<K> | undefined {
    return this.take((fault) => fault.kind === kind && (fault.function ?? fn) === fn) as
      | FaultOf<K>
      | undefined;
  }

  /** The first fault that fits and is due; every one that fits has seen one more call. */
  private take(fits: (fault: CloudFault) => boolean): CloudFault | undefined {
    let taken: CloudFault | undefined;
    for (const plan of this.planned) {
      if (!fits(plan.fault)) continue;
      if (plan.skip > 0) plan.skip -= 1;
      else if (taken === undefined && plan.left > 0) {
        plan.left -= 1;
        taken = plan.fault;
      }
    }
    return taken;
  }
}
