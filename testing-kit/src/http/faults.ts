import type { PageExchange } from "../plugin/baseline.js";
import type { Fault, FaultPlan, SeenRequest } from "./exchange.js";

/** An answer with a status and nothing useful in it. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return { kind: "answer", status: code, headers, body: JSON.stringify({ error: `status ${code}` }) };
}

/** Does something to one page, at most so many times. */
export function onPage(page: PageExchange, fault: Fault, times = Number.POSITIVE_INFINITY): FaultPlan {
  return onRequest((request) => request.key === page.exchange.request.key, fault, times);
}

/** Does something to the requests chosen, at most so many times. */
export function onRequest(
  chosen: (request: SeenRequest) => boolean,
  fault: Fault,
  times = Number.POSITIVE_INFINITY,
): FaultPlan {
  let left = times;
  return (request) => {
    if (!chosen(request) || left <= 0) return undefined;
    left -= 1;
    return fault;
  };
}

/** Does something to every request. */
export function onAll(fault: Fault): FaultPlan {
  return () => fault;
}
