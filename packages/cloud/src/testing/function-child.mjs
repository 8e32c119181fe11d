// What Lambda is to a function, in one process for one invocation: the event on standard input, the response on
// file descriptor 3, the deadline as an argument.
import { createWriteStream } from "node:fs";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const [, , entry, deadline] = process.argv;
globalThis.awslambda = { streamifyResponse: (handler) => handler };
const { handler } = await import(pathToFileURL(entry).href);
const response = createWriteStream("", { fd: 3 });
const event = JSON.parse(await text(process.stdin));
await handler(event, response, { getRemainingTimeInMillis: () => Number(deadline) - Date.now() });
await new Promise((resolve) => (response.closed ? resolve() : response.once("close", resolve)));
process.exit(0);
