import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { AwsError, invalidParameter } from "../aws/aws-error.js";
import { BadPackage, installPackage } from "../process/install-package.js";
import { LAMBDA_LIMITS } from "./limits.js";

/** Where the code of a function is. */
export interface CodeInput {
  /** The package in base64. */
  readonly ZipFile?: string;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly ImageUri?: string;
}

/** Finds what is stored in a bucket. */
export type StoredObjects = (bucket: string, key: string) => Buffer | undefined;

/** Code that is ready to run. */
export interface InstalledCode {
  readonly folder: string;
  /** Bytes of the package. */
  readonly size: number;
  /** Digest of the package, in base64. */
  readonly sha256: string;
}

/** The unpacked code of functions; each package gets a folder, which lives as long as the emulator. */
export class FunctionCode {
  private readonly folders: string[] = [];

  constructor(private readonly objects: StoredObjects) {}

  /** @throws AwsError when the package is missing, too large or no zip file */
  async install({ ZipFile, S3Bucket = "", S3Key = "" }: CodeInput): Promise<InstalledCode> {
    const zip = ZipFile === undefined ? this.stored(S3Bucket, S3Key) : Buffer.from(ZipFile, "base64");
    if (ZipFile !== undefined && zip.length > LAMBDA_LIMITS.zipBytes)
      throw new AwsError(
        413,
        "RequestEntityTooLargeException",
        `Request must be smaller than ${LAMBDA_LIMITS.zipBytes} bytes for the CreateFunction operation`,
      );
    const folder = await installPackage(zip, LAMBDA_LIMITS.unzippedBytes).catch((error: Error) => {
      throw error instanceof BadPackage ? invalidParameter(error.message) : error;
    });
    this.folders.push(folder);
    return { folder, size: zip.length, sha256: createHash("sha256").update(zip).digest("base64") };
  }

  async removeAll(): Promise<void> {
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  private stored(bucket: string, key: string): Buffer {
    if (bucket === "" || key === "") throw invalidParameter("Please provide a source for function code.");
    const zip = this.objects(bucket, key);
    if (zip === undefined)
      throw invalidParameter(
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
      );
    return zip;
  }
}
