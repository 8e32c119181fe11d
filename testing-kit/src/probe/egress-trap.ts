import { readFileSync } from "node:fs";
import { createServer, get, type Server } from "node:http";
import type { Socket } from "node:net";
import { openSockets } from "./process-snapshot.js";

/** Milliseconds between looks at the connections of a process. */
const LOOK_MS = 20;

/** Looks in which the table of connections is searched for a socket, from when it is first seen. */
const LOOKS = 3;

/** What the trap asks itself for; requests to a proxy name a host too. */
const OWN_PATH = "/settled";

/** The states of a TCP connection in which it leads, or was to lead, somewhere: established, SYN sent. */
const LEADING = new Set(["01", "02"]);

/**
 * Finds out which hosts a process connects to: through the proxy that HTTP clients take from the environment, which
 * refuses everything, and in the table of connections of the system.
 */
export class EgressTrap {
  readonly hosts = new Set<string>();
  private watch: NodeJS.Timeout | undefined;

  private constructor(
    private readonly server: Server,
    private readonly address: string,
  ) {}

  static async start(): Promise<EgressTrap> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const trap = new EgressTrap(
      server,
      `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    );
    server.on("request", (request, response) => {
      if (request.url === OWN_PATH) return void response.end();
      trap.hosts.add(hostOf(request.url ?? "", request.headers.host));
      response
        .writeHead(403, { connection: "close" })
        .end("The testing kit allows no connection to this host.\n");
    });
    server.on("connect", (request, socket: Socket) => {
      trap.hosts.add(request.url ?? "");
      socket.on("error", () => {});
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    return trap;
  }

  /** Variables that send HTTP clients here, except for addresses of this machine. */
  get environment(): Readonly<Record<string, string>> {
    const names = ["http_proxy", "https_proxy", "all_proxy"];
    const proxies = names.flatMap((name) => [name, name.toUpperCase()]).map((name) => [name, this.address]);
    const exempt = "127.0.0.1,localhost,::1";
    return { ...Object.fromEntries(proxies), no_proxy: exempt, NO_PROXY: exempt };
  }

  /** Looks at the connections of a process until this is closed. */
  follow(pid: number): void {
    const looks = new Map<string, number>();
    this.watch = setInterval(() => {
      const fresh = new Set<string>();
      for (const socket of openSockets(pid)) {
        const count = looks.get(socket) ?? 0;
        if (count < LOOKS) fresh.add(socket);
        looks.set(socket, count + 1);
      }
      for (const host of remoteAddresses(pid, fresh)) this.hosts.add(host);
    }, LOOK_MS);
  }

  /** Waits until what came in by now was looked at: a process may end before anybody read what it asked for. */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => {
      const request = get(`${this.address}${OWN_PATH}`, { agent: false }, (response) => {
        response.resume().on("close", resolve);
      });
      request.on("error", () => resolve());
    });
  }

  close(): void {
    clearInterval(this.watch);
    this.server.closeAllConnections();
    this.server.close();
  }
}

function hostOf(url: string, host: string | undefined): string {
  try {
    return new URL(url).host;
  } catch {
    return host ?? url;
  }
}

/** Addresses beyond this machine that sockets of a process lead to, now. */
function remoteAddresses(pid: number, sockets: ReadonlySet<string>): string[] {
  if (sockets.size === 0) return [];
  return ["tcp", "tcp6"].flatMap((table) => {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/net/${table}`, "utf8");
    } catch {
      return []; // the process has ended
    }
    return text
      .split("\n")
      .slice(1)
      .flatMap((line) => {
        const [, , remote, state, , , , , , inode] = line.trim().split(/\s+/);
        if (remote === undefined || !sockets.has(inode ?? "") || !LEADING.has(state ?? "")) return [];
        const address = readable(remote);
        return address === undefined ? [] : [address];
      });
  });
}

/** `0100007F:1F90` as `127.0.0.1:8080`; undefined for this machine. */
function readable(remote: string): string | undefined {
  const [hex = "", port = ""] = remote.split(":");
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => [...Buffer.from(word, "hex").reverse()]);
  const mapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255;
  const four = bytes.length === 4 ? bytes : mapped ? bytes.slice(12) : undefined;
  const number = Number.parseInt(port, 16);
  if (four !== undefined) return four[0] === 127 ? undefined : `${four.join(".")}:${number}`;
  if (bytes.slice(0, 15).every((byte) => byte === 0)) return undefined; // ::1, and none
  const parts = Array.from({ length: 8 }, (_none, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return `[${parts.join(":")}]:${number}`;
}
