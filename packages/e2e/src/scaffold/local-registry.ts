import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

interface Packed {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly bytes: Buffer;
}

/**
 * A package registry on this machine: it serves the packed packages of this repository as if they were published, and
 * sends npm to its usual registry for everything else.
 */
export class LocalRegistry {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param tarballs Folder of what `npm pack` made; several versions of a package may lie in it */
  static async start(tarballs: string): Promise<LocalRegistry> {
    const packed = readdirSync(tarballs)
      .filter((file) => file.endsWith(".tgz"))
      .map((file) => readPacked(join(tarballs, file)));
    const upstream = execFileSync("npm", ["config", "get", "registry"], { cwd: tarballs, encoding: "utf8" })
      .trim()
      .replace(/\/$/, "");
    const server = createServer(({ url = "/" }, response) => {
      const [name = "", file] = decodeURIComponent(url.slice(1)).split("/-/");
      const versions = packed.filter(({ manifest }) => manifest.name === name);
      if (versions.length === 0) {
        response.writeHead(302, { location: `${upstream}${url}` });
        response.end();
      } else if (file === undefined) {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(documentOf(name, versions, base(server))));
      } else {
        const wanted = versions.find((version) => fileName(version) === file);
        response.writeHead(wanted === undefined ? 404 : 200, { "content-type": "application/octet-stream" });
        response.end(wanted?.bytes);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new LocalRegistry(server, base(server));
  }

  /** What makes npm use this registry, and neither audit nor ask. */
  get environment(): Record<string, string> {
    return {
      npm_config_registry: this.url,
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_prefer_offline: "true",
      npm_config_update_notifier: "false",
    };
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function readPacked(path: string): Packed {
  const text = execFileSync("tar", ["-xzOf", path, "package/package.json"], { encoding: "utf8" });
  return { manifest: JSON.parse(text), bytes: readFileSync(path) };
}

function base(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function fileName({ manifest }: Packed): string {
  return `${manifest.name.split("/").at(-1)}-${manifest.version}.tgz`;
}

function documentOf(name: string, versions: readonly Packed[], url: string): object {
  return {
    name,
    "dist-tags": {
      latest: versions
        .map(({ manifest }) => manifest.version)
        .sort()
        .at(-1),
    },
    versions: Object.fromEntries(
      versions.map((version) => [
        version.manifest.version,
        {
          ...version.manifest,
          dist: {
            tarball: `${url}${name}/-/${fileName(version)}`,
            integrity: `sha512-${createHash("sha512").update(version.bytes).digest("base64")}`,
          },
        },
      ]),
    ),
  };
}
