/** Remainders of each byte for the polynomial of Castagnoli, reflected. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder >>> 0;
});

/** The checksum by which Cloud Storage tells whether content arrived, in base64. */
export function crc32c(content: Uint8Array): string {
  let remainder = 0xffffffff;
  for (const byte of content) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ byte) & 0xff]!;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((remainder ^ 0xffffffff) >>> 0);
  return bytes.toString("base64");
}
