import { createHash } from "node:crypto";

/**
 * A file name for a job: readable, and different for different jobs also where file names ignore case or have
 * a bounded length.
 */
export function jobFileName(jobKey: string): string {
  const readable = jobKey
    .replace(/^-\/-\//, "")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "")
    .slice(-60);
  const hash = createHash("sha256").update(jobKey).digest("hex").slice(0, 10);
  return readable === "" ? hash : `${readable}-${hash}`;
}
