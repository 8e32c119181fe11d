import type { AssetDefinition, TableSchema } from "@dativo/protocol";
import { expect } from "vitest";
import { matchers } from "./harness/matchers.js";

expect.extend(matchers);

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: it must have the parameters of the interface it adds to
  interface Matchers<T = any> {
    toBalanceBooks(): T;
    toMatchAsset(asset: AssetDefinition | TableSchema): T;
  }
}
