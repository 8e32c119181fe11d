import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** The real Restate server, which its npm package brings, in a folder of its own. */
export class LocalRestate {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly ingressPort: number,
    readonly adminPort: number,
  ) {}

  static async start(): Promise<LocalRestate> {
    const folder = mkdtempSync(join(tmpdir(), "dativo-restate-"));
    const [node = 0, ingress = 0, admin = 0] = await freePorts(3);
    writeFileSync(
      join(folder, "restate.toml"),
      `roles = ["http-ingress", "admin", "worker", "log-server", "metadata-server"]
cluster-name = "test"
node-name = "one"
listen-mode = "tcp"
base-dir = "${join(folder, "data")}"
auto-provision = true
default-num-partitions = 4
rocksdb-total-memory-size = "128MB"
bind-ip = "127.0.0.1"
bind-port = ${node}
disable-telemetry = true
[ingress]
bind-port = ${ingress}
[admin]
bind-port = ${admin}
`,
    );
    const server = new LocalRestate(folder, ingress, admin);
    await server.begin();
    return server;
  }

  /** Options and environment with which \`dativo run\` uses this server. */
  get options(): readonly string[] {
    return ["--coordinator", "restate", "--restate-url", `http://127.0.0.1:${this.ingressPort}`];
  }
  get environment(): Readonly<Record<string, string>> {
    return { DATIVO_RESTATE_ADMIN_URL: `http://127.0.0.1:${this.adminPort}` };
  }

  /** Starts the server, with what it kept when it was killed. */
  async begin(): Promise<void> {
    this.child = spawn(serverBinary(), ["--config-file", join(this.folder, "restate.toml"), "--no-logo"], {
      stdio: "ignore",
      env: { PATH: process.env.PATH, RESTATE_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "1" },
    });
    for (const url of [
      `http://127.0.0.1:${this.ingressPort}/restate/health`,
      `http://127.0.0.1:${this.adminPort}/health`,
    ])
      for (let tries = 0; ; tries += 1) {
        const isReady = await fetch(url).then(
          ({ ok }) => ok,
          () => false,
        );
        if (isReady) break;
        if (tries > 600 || this.child.exitCode !== null) throw new Error("The Restate server did not start.");
        await wait(100);
      }
  }

  /** Kills the server as a power failure does. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  /** What the server keeps of workflows: rows of its journal, as text. */
  async journal(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.adminPort}/query`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query: "SELECT * FROM sys_journal" }),
    });
    return answer.text();
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function serverBinary(): string {
  const require = createRequire(
    createRequire(import.meta.url).resolve("@restatedev/restate-server/package.json"),
  );
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}/package.json`;
  return join(dirname(require.resolve(platform)), "bin", "restate-server");
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
