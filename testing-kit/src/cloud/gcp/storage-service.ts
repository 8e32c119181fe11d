import { randomUUID } from "node:crypto";
import { type Route, routeOf } from "../route.js";
import type { Buckets, StoredObject } from "../storage/buckets.js";
import { crc32c } from "../storage/crc32c.js";
import {
  type GcpAnswer,
  GcpError,
  type GcpRequest,
  type GcpService,
  gcpJson,
  jsonBody,
} from "./gcp-exchange.js";
import { multipartRelated } from "./multipart-related.js";
import type { Project } from "./project.js";

/** Operations by method and path; groups are the bucket and the object. Some clients leave out the version's part. */
const ROUTES: readonly Route[] = [
  ["POST", /^(?:\/storage\/v1)?\/b$/, "InsertBucket"],
  ["GET", /^(?:\/storage\/v1)?\/b$/, "ListBuckets"],
  ["GET", /^(?:\/storage\/v1)?\/b\/([^/]+)$/, "GetBucket"],
  ["DELETE", /^(?:\/storage\/v1)?\/b\/([^/]+)$/, "DeleteBucket"],
  ["GET", /^(?:\/storage\/v1)?\/b\/([^/]+)\/o$/, "ListObjects"],
  ["GET", /^(?:\/download)?(?:\/storage\/v1)?\/b\/([^/]+)\/o\/([^/]+)$/, "GetObject"],
  ["DELETE", /^(?:\/storage\/v1)?\/b\/([^/]+)\/o\/([^/]+)$/, "DeleteObject"],
  ["POST", /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/, "InsertObject"],
  ["PUT", /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/, "ContinueUpload"],
  ["PUT", /^\/([^/]+)\/(.+)$/, "PutSigned"],
];

/** An upload in several requests. */
interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string | undefined;
  readonly query: URLSearchParams;
  readonly parts: Buffer[];
}

/** A small Cloud Storage: buckets and objects by its JSON API, and uploads to signed addresses. */
export class StorageService implements GcpService {
  readonly name = "storage";
  private readonly uploads = new Map<string, Upload>();

  constructor(
    private readonly project: Project,
    private readonly buckets: Buckets,
    private readonly origin: () => string,
  ) {}

  operationOf(request: GcpRequest) {
    const route = routeOf(ROUTES, request.method, request.path);
    if (route === undefined) return undefined;
    const [bucket = "", key = ""] = route.groups;
    const input = {
      bucket: decodeURIComponent(bucket),
      key: decodeURIComponent(key) || request.query.get("name") || "",
      bytes: request.body.length,
    };
    return { operation: route.operation, input };
  }

  answer(operation: string, input: unknown, request: GcpRequest): GcpAnswer {
    const { bucket, key } = input as { bucket: string; key: string };
    if (operation === "PutSigned") return this.putSigned(bucket, key, request);
    if (!this.project.allows(request.account ?? "", "storage.objects"))
      throw new GcpError("PERMISSION_DENIED", `${request.account} does not have storage.objects access.`);
    if (operation === "InsertBucket") return this.insertBucket(request);
    if (operation === "ListBuckets")
      return gcpJson({ kind: "storage#buckets", items: this.buckets.names.map((name) => bucketOf(name)) });
    if (!this.buckets.has(bucket)) throw new GcpError("NOT_FOUND", "The specified bucket does not exist.");
    return this.acts[operation]?.(bucket, key, request) ?? gcpJson({});
  }

  private readonly acts: Readonly<
    Record<string, (bucket: string, key: string, request: GcpRequest) => GcpAnswer>
  > = {
    GetBucket: (bucket) => gcpJson(bucketOf(bucket)),
    DeleteBucket: (bucket) => {
      if (this.buckets.list(bucket).length > 0)
        throw new GcpError("ABORTED", "The bucket you tried to delete is not empty.");
      this.buckets.remove(bucket);
      return { status: 204 };
    },
    ListObjects: (bucket, _key, { query }) => this.list(bucket, query),
    GetObject: (bucket, key, request) => this.getObject(bucket, key, request),
    DeleteObject: (bucket, key, { query }) => {
      this.checkGeneration(bucket, key, query);
      if (!this.buckets.delete(bucket, key)) throw noSuchObject(bucket, key);
      return { status: 204 };
    },
    InsertObject: (bucket, key, request) => this.insertObject(bucket, key, request),
    ContinueUpload: (_bucket, _key, request) => this.continueUpload(request),
  };

  private insertBucket(request: GcpRequest): GcpAnswer {
    const { name } = jsonBody(request) as { name?: string };
    if (name === undefined || !/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(name))
      throw new GcpError("INVALID_ARGUMENT", `Invalid bucket name: '${name}'`);
    if (!this.buckets.create(name))
      throw new GcpError(
        "ALREADY_EXISTS",
        "Your previous request to create the named bucket succeeded and you already own it.",
      );
    return gcpJson(bucketOf(name));
  }

  private list(bucket: string, query: URLSearchParams): GcpAnswer {
    const from = query.get("pageToken") ?? "";
    const all = this.buckets.list(bucket, query.get("prefix") ?? "").filter(([key]) => key > from);
    const page = all.slice(0, Number(query.get("maxResults") ?? 1000));
    return gcpJson({
      kind: "storage#objects",
      items: page.map(([key, object]) => this.described(bucket, key, object)),
      ...(page.length < all.length && { nextPageToken: page.at(-1)?.[0] }),
    });
  }

  private getObject(bucket: string, key: string, { query, path, headers }: GcpRequest): GcpAnswer {
    const object = this.buckets.get(bucket, key);
    if (object === undefined) throw noSuchObject(bucket, key);
    if (query.get("alt") !== "media" && !path.startsWith("/download/"))
      return gcpJson(this.described(bucket, key, object));
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
    const common = {
      "content-type": object.contentType,
      "x-goog-hash": `crc32c=${crc32c(object.body)},md5=${base64(object.md5)}`,
      "x-goog-generation": String(object.generation),
    };
    if (from === undefined) return { status: 200, headers: common, body: object.body };
    const body = object.body.subarray(Number(from), to === "" ? undefined : Number(to) + 1);
    const range = `bytes ${from}-${Number(from) + body.length - 1}/${object.body.length}`;
    return { status: 206, headers: { ...common, "content-range": range }, body };
  }

  private insertObject(bucket: string, name: string, request: GcpRequest): GcpAnswer {
    const { query, headers, body } = request;
    const type = headers["content-type"];
    if (query.get("uploadType") === "resumable") {
      const { name: named = name, contentType = headers["x-upload-content-type"] } = jsonBody(request) as {
        name?: string;
        contentType?: string;
      };
      const id = randomUUID();
      this.uploads.set(id, { bucket, key: named, contentType, query, parts: [] });
      const location = `${this.origin()}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=resumable&upload_id=${id}`;
      return { status: 200, headers: { location, "x-guploader-uploadid": id }, body: "" };
    }
    if (query.get("uploadType") !== "multipart") return this.store(bucket, name, body, type, {}, query);
    const [about, content] = multipartRelated(body, type ?? "");
    const { name: named = name, metadata = {} } = JSON.parse(about?.body.toString("utf8") || "{}") as {
      name?: string;
      metadata?: Record<string, string>;
    };
    return this.store(bucket, named, content?.body ?? Buffer.alloc(0), content?.type, metadata, query);
  }

  private continueUpload({ query, headers, body }: GcpRequest): GcpAnswer {
    const id = query.get("upload_id") ?? "";
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new GcpError("NOT_FOUND", "No such upload.");
    upload.parts.push(body);
    const [, end, total] = /^bytes (?:\d+-(\d+)|\*)\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    const have = upload.parts.reduce((sum, { length }) => sum + length, 0);
    if (
      headers["content-range"] !== undefined &&
      (total === "*" || (end !== undefined && have < Number(total)))
    )
      return { status: 308, headers: have > 0 ? { range: `bytes=0-${have - 1}` } : {}, body: "" };
    this.uploads.delete(id);
    return this.store(
      upload.bucket,
      upload.key,
      Buffer.concat(upload.parts),
      upload.contentType,
      {},
      upload.query,
    );
  }

  /** The upload of source code: no credentials, and the type that the address was signed for. */
  private putSigned(bucket: string, key: string, { query, headers, body }: GcpRequest): GcpAnswer {
    const denied = (code: string) => ({ status: 403, body: `<Error><Code>${code}</Code></Error>` });
    if (!query.has("X-Goog-Signature") || headers.authorization !== undefined) return denied("AccessDenied");
    if (headers["content-type"] !== "application/zip") return denied("SignatureDoesNotMatch");
    const { md5, generation } = this.buckets.put(bucket, key, body, "application/zip");
    return { status: 200, headers: { etag: `"${md5}"`, "x-goog-generation": String(generation) }, body: "" };
  }

  private store(
    bucket: string,
    key: string,
    body: Buffer,
    type: string | undefined,
    metadata: Readonly<Record<string, string>>,
    query: URLSearchParams,
  ): GcpAnswer {
    if (key === "") throw new GcpError("INVALID_ARGUMENT", "Required parameter: name");
    this.checkGeneration(bucket, key, query);
    return gcpJson(this.described(bucket, key, this.buckets.put(bucket, key, body, type, metadata)));
  }

  /** Refuses what was not expected: `ifGenerationMatch=0` for an object that must not be there yet. */
  private checkGeneration(bucket: string, key: string, query: URLSearchParams): void {
    const expected = query.get("ifGenerationMatch");
    if (expected === null || Number(expected) === (this.buckets.get(bucket, key)?.generation ?? 0)) return;
    throw new GcpError(
      "FAILED_PRECONDITION",
      "At least one of the pre-conditions you specified did not hold.",
      412,
    );
  }

  private described(bucket: string, name: string, object: StoredObject): unknown {
    const { md5, generation, updated, contentType, body, metadata } = object;
    return {
      kind: "storage#object",
      id: `${bucket}/${name}/${generation}`,
      bucket,
      name,
      generation: String(generation),
      metageneration: "1",
      contentType,
      size: String(body.length),
      md5Hash: base64(md5),
      crc32c: crc32c(body),
      etag: md5,
      metadata,
      timeCreated: updated.toISOString(),
      updated: updated.toISOString(),
    };
  }
}

function bucketOf(name: string): unknown {
  return { kind: "storage#bucket", id: name, name, location: "US", storageClass: "STANDARD" };
}

function noSuchObject(bucket: string, key: string): GcpError {
  return new GcpError("NOT_FOUND", `No such object: ${bucket}/${key}`);
}

function base64(hexadecimal: string): string {
  return Buffer.from(hexadecimal, "hex").toString("base64");
}
