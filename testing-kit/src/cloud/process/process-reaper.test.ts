import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { expect, it } from "vitest";
import { mockLambda } from "../lambda/mock-lambda.js";
import { create, lambdaClient } from "../testing/aws-clients.js";
import { packageOf } from "../testing/package-of.js";

const HOLDER = fileURLToPath(new URL("../testing/hold-emulator.mjs", import.meta.url));

/** A function that notices nothing of what happens around it, and starts a process itself. */
const zip = await packageOf({
  "index.mjs": `
    import { spawn, spawnSync } from "node:child_process";
    export const handler = async () => {
      const child = spawn("sleep", ["300"]);
      process.stdout.write("pids " + process.pid + " " + child.pid + "\\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    };`,
});

it("ends every process when the one that runs the emulator is killed", async () => {
  const holder = spawn(process.execPath, [HOLDER, Buffer.from(zip).toString("base64")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let pids: number[];
  try {
    const [line] = await once(holder.stdout, "data");
    pids = String(line).trim().split(/\s+/).slice(0, 2).map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
  } finally {
    holder.kill("SIGKILL");
  }
  await expect.poll(() => pids.map(isAlive), { timeout: 3000 }).toEqual([false, false]);
});

it("ends every process, and removes every folder, when it is disposed of", async () => {
  const before = packages();
  const lambda = await mockLambda({ roles: { runner: [] } });
  const client = lambdaClient(lambda);
  await create(client, zip, { FunctionName: "busy", Timeout: 60 });
  expect(packages()).toHaveLength(before.length + 1);
  const answer = client.send(new InvokeCommand({ FunctionName: "busy" })).catch((error: Error) => error);
  await expect.poll(() => lambda.logs("busy"), { timeout: 10_000 }).toContain("pids");
  const pids = /pids (\d+) (\d+)/.exec(lambda.logs("busy"))!.slice(1).map(Number);
  await lambda.dispose();
  await answer;
  await expect.poll(() => pids.map(isAlive)).toEqual([false, false]);
  expect(packages()).toEqual(before);
  await lambda.dispose();
});

/** Whether a process runs; one that has ended may be listed until its parent has looked at it. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}

function packages(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("dativo-function-"));
}
