import { spawn } from "node:child_process";

/** Starts `mock/api.mjs` of a project on a free port. */
export async function startMock(cwd: string): Promise<{ readonly url: string; stop(): void }> {
  const child = spawn(process.execPath, ["mock/api.mjs"], {
    cwd,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const found = /http:\/\/\S+/.exec(text)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`the mock API ended with ${code}`)));
  });
  return { url, stop: () => child.kill() };
}
