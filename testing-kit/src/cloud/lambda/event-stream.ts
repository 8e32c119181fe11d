import { crc32 } from "node:zlib";

/**
 * One message of the format `application/vnd.amazon.eventstream`: total length, length of the headers and a checksum
 * of both; headers; payload; a checksum of all of it. Numbers are big endian.
 */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const total = 12 + head.length + payload.length + 4;
  const message = Buffer.allocUnsafe(total);
  message.writeUInt32BE(total, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  head.copy(message, 12);
  payload.copy(message, 12 + head.length);
  message.writeUInt32BE(crc32(message.subarray(0, total - 4)), total - 4);
  return message;
}

/** Bytes of a response, as an event. */
export function payloadChunk(payload: Buffer): Buffer {
  return eventStreamMessage(
    {
      ":message-type": "event",
      ":event-type": "PayloadChunk",
      ":content-type": "application/octet-stream",
    },
    payload,
  );
}

/** The end of a response, and why it ended where it is an error. */
export function invokeComplete(end: {
  readonly ErrorCode?: string;
  readonly ErrorDetails?: string;
  readonly LogResult?: string;
}): Buffer {
  return eventStreamMessage(
    { ":message-type": "event", ":event-type": "InvokeComplete", ":content-type": "application/json" },
    Buffer.from(JSON.stringify(end)),
  );
}

/** A header whose value is text: length of the name, name, type 7, length of the value, value. */
function header(name: string, value: string): Buffer {
  const [key, text] = [Buffer.from(name), Buffer.from(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([Buffer.from([key.length]), key, Buffer.from([7]), length, text]);
}
