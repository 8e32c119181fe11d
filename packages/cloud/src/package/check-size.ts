import { type CloudExecution, DativoError } from "@dativo/protocol";
import type { PackageFile } from "./function-host.js";
import type { Archive } from "./zip.js";

const MEGABYTE = 1_048_576;

/** What AWS Lambda takes: uploaded with the call itself, from a bucket, and unpacked. */
export const LAMBDA_DIRECT_BYTES = 50 * MEGABYTE;
const LAMBDA_UNPACKED_BYTES = 250 * MEGABYTE;

/** From where on Cloud Functions is doubtful: the first generation ended there, the second documents nothing. */
const GCP_DOUBTFUL_BYTES = 100 * MEGABYTE;

/**
 * Refuses a package that its provider would refuse after the upload.
 *
 * @returns what is doubtful about its size
 * @throws DativoError `CLOUD_PACKAGE_TOO_LARGE` with the largest parts
 */
export function checkSize(
  { provider, staging }: Pick<CloudExecution, "provider" | "staging">,
  { zip, unpackedBytes }: Archive,
  files: readonly PackageFile[],
): string[] {
  if (provider === "gcp")
    return zip.length <= GCP_DOUBTFUL_BYTES
      ? []
      : [`The package has ${megabytes(zip.length)}; Cloud Functions may refuse more than 100 MB.`];
  if (unpackedBytes > LAMBDA_UNPACKED_BYTES)
    throw tooLarge(
      `The package has ${megabytes(unpackedBytes)} unpacked, and AWS Lambda takes 250 MB.`,
      "Leave out dependencies that the plugin does not need",
      files,
    );
  if (zip.length > LAMBDA_DIRECT_BYTES && staging === undefined)
    throw tooLarge(
      `The package has ${megabytes(zip.length)}, and AWS Lambda takes 50 MB without a bucket.`,
      "Name a bucket in cloud_execution.staging, or leave out dependencies that the plugin does not need",
      files,
    );
  return [];
}

function tooLarge(message: string, hint: string, files: readonly PackageFile[]): DativoError {
  const parts = largestParts(files).map(([path, bytes]) => `${path} ${megabytes(bytes)}`);
  return new DativoError({
    code: "CLOUD_PACKAGE_TOO_LARGE",
    message,
    hint: `${hint}. Largest: ${parts.join(", ")}.`,
  });
}

/** The largest folders of the first two levels, or files that lie in none. */
export function largestParts(files: readonly PackageFile[], most = 5): [path: string, bytes: number][] {
  const sizes = new Map<string, number>();
  for (const { path, contents } of files) {
    const part = path.split("/").slice(0, 2).join("/");
    sizes.set(part, (sizes.get(part) ?? 0) + contents.length);
  }
  return [...sizes].sort((a, b) => b[1] - a[1]).slice(0, most);
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
