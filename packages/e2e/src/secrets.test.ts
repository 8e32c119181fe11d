import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ended, Project } from "./dativo.js";
import { alternating, sample, some } from "./sample.js";
import { CANARIES, canariesIn } from "./secrets/canaries.js";
import { LEAKS, LEAKY_ENVIRONMENT, leakyProject } from "./secrets/leaky-project.js";

let echo: Server;
beforeAll(async () => {
  // A server that answers with everything it was told, as a careless one does in its error messages.
  echo = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.writeHead(400, { "content-type": "text/plain", "x-request": "1" });
    response.end(
      `${request.headers.authorization} ${request.url} ${decodeURIComponent(request.url ?? "")} ${body}`,
    );
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  echo.closeAllConnections();
  echo.close();
});

describe.each([
  ["in process", false],
  ["in the sandbox", true],
] as const)("%s", (_, sandbox) => {
  // A process that aborts takes the command with it unless it is the sandbox's.
  const leaks = sandbox ? ["crash", ...LEAKS] : LEAKS;
  test.each(sample(leaks, some(1, 2)))("no secret gets out: %s", async (leak) => {
    const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
    const flags =
      leak === "talk" || leak === "throw"
        ? [[], ["--debug"], ["--json"], ["--debug", "--json"]]
        : [[], ["--debug", "--json"]];
    await Promise.all(
      flags.map(async (more) => {
        const project = leakyProject(leak, sandbox, url);
        const ended = await project.dativo(["run", "job.yaml", ...more], { env: LEAKY_ENVIRONMENT });
        expect(ended.signal).toBeNull();
        expectNoCanary(project, ended);
        // Whatever was said about the secrets was said without them.
        expect(`${ended.stdout}${ended.stderr}${logs(project)}`).toContain("[redacted]");
        project.remove();
      }),
    );
  });

  alternating(test, sandbox ? 0 : 1)("no secret gets out of the other commands", async () => {
    const project = leakyProject("talk", sandbox, "http://127.0.0.1:1");
    const run = async (...args: string[]) => {
      const ended = await project.dativo(args, { env: LEAKY_ENVIRONMENT });
      expectNoCanary(project, ended);
      return ended;
    };
    await run("run", "job.yaml");
    for (const flags of [["--json"], ["--debug"]])
      for (const command of [
        "validate job.yaml",
        "check job.yaml",
        "discover job.yaml",
        "run job.yaml --explain",
        "run job.yaml --dry-run",
        "state show job.yaml",
        "runs list",
        "runs show",
        "doctor",
      ])
        await run(...command.split(" "), ...flags);
    const [newest] = readdirSync(project.path(".dativo/runs")).sort();
    await run("replay", newest as string, "job.yaml", "--json", "--debug");
    project.write("mode", "check throws");
    await run("check", "job.yaml", "--json", "--debug");
    project.remove();
  });
});

test("the canaries are found where they are", () => {
  for (const [name, secret] of Object.entries(CANARIES)) {
    expect(canariesIn(Buffer.from(`x${secret}x`))).toContain(`${name} (plain)`);
    expect(canariesIn(Buffer.from(JSON.stringify({ at: [String(secret)] })))).toContain(
      `${name} (JSON-escaped)`,
    );
    expect(canariesIn(Buffer.from(`?q=${encodeURIComponent(String(secret))}`))).toContain(
      `${name} (URL-encoded)`,
    );
  }
  expect(canariesIn(Buffer.from("nothing"))).toEqual([]);
});

function expectNoCanary(project: Project, { stdout, stderr }: Ended): void {
  expect(canariesIn(Buffer.from(stdout)), "standard output").toEqual([]);
  expect(canariesIn(Buffer.from(stderr)), "standard error").toEqual([]);
  for (const path of written(project)) {
    expect(canariesIn(readFileSync(path)), path).toEqual([]);
    expect(canariesIn(Buffer.from(path))).toEqual([]);
  }
}

/** Files below `.dativo`, apart from the secrets that the project keeps there. */
function written(project: Project): string[] {
  return (readdirSync(project.path(".dativo"), { recursive: true }) as string[])
    .filter((path) => !path.startsWith("secrets"))
    .map((path) => project.path(".dativo", path))
    .filter((path) => statSync(path).isFile());
}

function logs(project: Project): string {
  return written(project)
    .filter((path) => path.endsWith(".jsonl"))
    .map((path) => readFileSync(path, "utf8"))
    .join("");
}
