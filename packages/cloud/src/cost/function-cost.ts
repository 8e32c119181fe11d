import type { CloudExecution } from "@dativo/protocol";
import { currentPrices, type Prices } from "./prices.js";

/** What is charged for: the size of the function. */
export type PricedFunction =
  | { readonly provider: "aws"; readonly memoryMb: number; readonly architecture: "x86_64" | "arm64" }
  | { readonly provider: "gcp"; readonly memoryMb: number };

/** What a function did. */
export interface FunctionUse {
  readonly invocations: number;
  readonly billedMilliseconds: number;
  /** Bytes of all answers. */
  readonly responseBytes: number;
}

/** What it costs, in US dollars. */
export interface FunctionCost {
  readonly requests: number;
  readonly compute: number;
  /** Answers beyond what is free. */
  readonly streamed: number;
  readonly total: number;
}

/** The size that an execution asks for. */
export function pricedFunction(execution: CloudExecution): PricedFunction {
  const { memoryMb } = execution;
  return execution.provider === "aws"
    ? { provider: "aws", memoryMb, architecture: execution.aws.architecture }
    : { provider: "gcp", memoryMb };
}

/**
 * What the use of a function costs by the price table.
 *
 * @example
 * functionCost({ provider: "aws", memoryMb: 512, architecture: "x86_64" },
 *   { invocations: 10, billedMilliseconds: 60_000, responseBytes: 0 }).total // about 0.0005 dollars
 */
export function functionCost(
  size: PricedFunction,
  { invocations, billedMilliseconds, responseBytes }: FunctionUse,
  prices: Prices = currentPrices(),
): FunctionCost {
  const seconds = billedMilliseconds / 1000;
  const gigabytes = size.memoryMb / 1024;
  const cost = (requests: number, compute: number, streamed: number): FunctionCost => ({
    requests,
    compute,
    streamed,
    total: requests + compute + streamed,
  });
  if (size.provider === "aws") {
    const { gb_second, request, streamed_gb, streamed_free_bytes } = prices.aws;
    const streamed = Math.max(0, responseBytes - invocations * streamed_free_bytes);
    return cost(
      invocations * request,
      seconds * gigabytes * gb_second[size.architecture],
      (streamed / 1024 ** 3) * streamed_gb,
    );
  }
  const { gib_second, vcpu_second, request, vcpu_of_mb } = prices.gcp;
  const [, processors = 1] = vcpu_of_mb.find(([most]) => size.memoryMb <= most) ?? [];
  return cost(invocations * request, seconds * (gigabytes * gib_second + processors * vcpu_second), 0);
}
