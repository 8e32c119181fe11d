import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers one request. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** An HTTP server on a free port of this machine. */
export class EmulatorServer {
  private readonly server;
  port = 0;

  constructor(listener: RequestListener) {
    this.server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
      // Whoever left does not want the rest of an answer.
      request.on("error", () => {});
      response.on("error", () => {});
      listener(request, response).catch((error: Error) => {
        if (response.headersSent) response.destroy();
        else
          response
            .writeHead(500, { "content-type": "text/plain" })
            .end(`The emulator failed: ${error.stack}`);
      });
    });
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Where clients find it. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
