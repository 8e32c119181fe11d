import { createHash } from "node:crypto";

/** Bytes that a folder name may have, with room for what is put before and after it. */
const MAX_BYTES = 180;

/**
 * Turns any name into one folder or file name that stays where it is put: everything but letters, digits, `_`, `-`
 * and inner dots is percent-encoded, and a name that would be too long is cut and made unique.
 *
 * @example
 * safeName("../etc/passwd") // "%2E%2E%2Fetc%2Fpasswd"
 */
export function safeName(name: string): string {
  let encoded = "";
  for (const sign of name) encoded += /[\p{L}\p{N}_.-]/u.test(sign) ? sign : percentEncoded(sign);
  encoded = encoded.replaceAll(/^\.+|\.+$/g, (dots) => "%2E".repeat(dots.length));
  if (encoded === "") encoded = "%";
  if (Buffer.byteLength(encoded) <= MAX_BYTES) return encoded;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16);
  let cut = encoded;
  while (Buffer.byteLength(cut) > MAX_BYTES - 17) cut = cut.slice(0, -1);
  return `${cut.replace(/%[0-9A-F]?$/, "")}-${hash}`;
}

function percentEncoded(sign: string): string {
  return [...Buffer.from(sign)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}
