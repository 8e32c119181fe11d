import { describe, expect, test } from "vitest";
import { assertContractVersion, CONTRACT_VERSION, OLDEST_CONTRACT_VERSION } from "./version.js";

function refusal(api: unknown): unknown {
  try {
    assertContractVersion({ name: "orders", api });
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("assertContractVersion", () => {
  test("accepts its own version and the previous one", () => {
    for (let api = OLDEST_CONTRACT_VERSION; api <= CONTRACT_VERSION; api += 1)
      expect(refusal(api)).toBeUndefined();
  });

  test.each([
    [CONTRACT_VERSION + 1, "npm install dativo@latest"],
    [OLDEST_CONTRACT_VERSION - 1, "npm install @dativo/sdk@latest"],
    ["1", '"dativo": { "api": 1 }'],
    [1.5, '"dativo": { "api": 1 }'],
    [undefined, '"dativo": { "api": 1 }'],
    [Number.NaN, '"dativo": { "api": 1 }'],
  ])("refuses %j and says who must upgrade", (api, hint) => {
    expect(refusal(api)).toMatchObject({
      code: "PLUGIN_VERSION_INCOMPATIBLE",
      message: expect.stringContaining("orders"),
      hint: expect.stringContaining(hint),
    });
  });
});
