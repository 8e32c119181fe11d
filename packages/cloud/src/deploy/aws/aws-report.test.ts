import { expect, test } from "vitest";
import { lambdaReport } from "./aws-report.js";

const ID = "8f507cfc-0000-4697-b07a-ac58fc914c95";
const LINE = `REPORT RequestId: ${ID}\tDuration: 10.1 ms\tBilled Duration: 811 ms\tMemory Size: 512 MB\tMax Memory Used: 69 MB\tInit Duration: 800.00 ms\t`;

test("what is billed is read from the end of a log, which begins anywhere", () => {
  const log = `of a line\nEND RequestId: ${ID}\n${LINE}\nXRAY TraceId: 1`;
  expect(lambdaReport(log)).toEqual({ requestId: ID, billedMilliseconds: 811, maxMemoryMb: 69 });
});

test("the last of several reports is meant, and what a plugin prints is none", () => {
  const first = LINE.replace("811", "5").replace(ID, "first");
  expect(lambdaReport(`${first}\n${LINE}`)?.requestId).toBe(ID);
  expect(lambdaReport(`the plugin said: ${LINE}`)).toBeUndefined();
  expect(lambdaReport("")).toBeUndefined();
  expect(lambdaReport("REPORT RequestId: x\tStatus: timeout")).toBeUndefined();
});
