/** A part of a body. */
interface Part {
  readonly type: string | undefined;
  readonly body: Buffer;
}

/** The parts of a body of the type `multipart/related`. */
export function multipartRelated(body: Buffer, contentType: string): readonly Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const parts: Part[] = [];
  const mark = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(mark); at >= 0; ) {
    const from = at + mark.length;
    const next = body.indexOf(mark, from);
    if (next < 0) break;
    // Between a mark and the next: a line end, headers, an empty line, content, a line end.
    const headEnd = body.indexOf("\r\n\r\n", from);
    const type = /^content-type:\s*(.+)$/im.exec(body.toString("latin1", from, headEnd))?.[1];
    parts.push({ type: type?.trim(), body: body.subarray(headEnd + 4, next - 2) });
    at = next;
  }
  return parts;
}
