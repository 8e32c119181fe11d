/** The input of a call as a log keeps it: packages are replaced by their size, secrets by nothing. */
export function withoutBinaries(input: unknown): unknown {
  return JSON.parse(JSON.stringify(input ?? {}), (name, value) => {
    if (name === "ZipFile" && typeof value === "string")
      return `<${Buffer.from(value, "base64").length} bytes>`;
    return name === "SecretString" || name === "SecretBinary" || name === "payload" ? "<secret>" : value;
  });
}
