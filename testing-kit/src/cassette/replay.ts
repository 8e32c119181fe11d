import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nearestNames } from "@dativo/protocol";
import type { MockSource } from "../plugin/subject.js";
import type { Cassette, RecordedExchange } from "./cassette.js";

/** Header of the answer to a request that was not recorded. */
export const UNRECORDED = "x-dativo-unrecorded";

/** A mock API that answers as it was recorded; each start begins anew. */
export function replayed(cassette: Cassette, name: string): MockSource {
  return {
    name: `recording ${name}`,
    start: async () => {
      const tape = new Tape(cassette.exchanges);
      let origin = "";
      const server = createServer(async (incoming, outgoing) => {
        outgoing.on("error", () => {}); // whoever left does not want the rest
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        const request = {
          method: incoming.method ?? "GET",
          path: incoming.url ?? "/",
          body: Buffer.concat(chunks).toString(),
        };
        const answer = tape.answerTo(request);
        if (answer === undefined) {
          outgoing.writeHead(501, { "content-type": "application/json", [UNRECORDED]: "1" });
          outgoing.end(
            JSON.stringify({
              error: `Not recorded: ${request.method} ${request.path}`,
              nearest: tape.nearest(request),
            }),
          );
          return;
        }
        const local = (text: string) =>
          cassette.source === "" ? text : text.replaceAll(cassette.source, origin);
        const headers = Object.fromEntries(
          Object.entries(answer.headers).map(([key, value]) => [key, local(value)]),
        );
        outgoing.writeHead(answer.status, headers).end(local(answer.body));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return {
        url: origin,
        close: () =>
          new Promise<void>((resolve) => {
            server.closeAllConnections();
            server.close(() => resolve());
          }),
      };
    },
  };
}

type Request = RecordedExchange["request"];

/** Recorded answers by request; what was asked several times is answered in the same order, then as the last time. */
class Tape {
  private readonly answers = new Map<string, RecordedExchange["answer"][]>();

  constructor(exchanges: readonly RecordedExchange[]) {
    for (const { request, answer } of exchanges) {
      const key = keyOf(request);
      this.answers.set(key, [...(this.answers.get(key) ?? []), answer]);
    }
  }

  answerTo(request: Request): RecordedExchange["answer"] | undefined {
    const left = this.answers.get(keyOf(request));
    return left !== undefined && left.length > 1 ? left.shift() : left?.[0];
  }

  nearest(request: Request): readonly string[] {
    return nearestNames(keyOf(request), [...this.answers.keys()]);
  }
}

/** A request as it is compared: the order of query parameters does not matter. */
function keyOf({ method, path, body }: Request): string {
  const url = new URL(path, "http://localhost");
  url.searchParams.sort();
  return `${method} ${url.pathname}${url.search}${body === "" ? "" : ` ${body}`}`;
}
