import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** An object store on this machine that speaks as much of S3 as staging needs, for the time of a test. */
export interface ObjectServer {
  readonly objects: Map<string, Buffer>;
  /** Requests so far, such as `PUT /bucket/key`. */
  readonly asked: string[];
  /** Variables that lead there. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts an object store, and leads this process there too. */
export async function objectServer(): Promise<ObjectServer> {
  const objects = new Map<string, Buffer>();
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "" } = request;
    asked.push(`${method} ${url}`);
    if (!/^AWS4-HMAC-SHA256 /.test(request.headers.authorization ?? "")) response.statusCode = 403;
    else if (method === "PUT") objects.set(url, await buffer(request));
    else if (method === "DELETE") objects.delete(url);
    else if (objects.has(url)) response.write(objects.get(url));
    else response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "key",
    AWS_REGION: "eu-central-1",
  };
  const before = { ...process.env };
  Object.assign(process.env, env);
  onTestFinished(() => {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    server.close();
  });
  return { objects, asked, env };
}
