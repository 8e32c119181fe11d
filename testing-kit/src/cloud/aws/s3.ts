import { randomUUID } from "node:crypto";
import type { Buckets, StoredObject } from "../storage/buckets.js";
import { AwsError } from "./aws-error.js";
import type { AwsAnswer, AwsPermission, AwsRequest, AwsService } from "./aws-exchange.js";
import { elements, xml } from "./xml.js";

/** Operations of a bucket and of an object, by method and the parameter that tells them apart. */
const BUCKET_OPERATIONS: Readonly<Record<string, string>> = {
  "PUT ": "CreateBucket",
  "HEAD ": "HeadBucket",
  "DELETE ": "DeleteBucket",
  "GET ": "ListObjectsV2",
  "GET location": "GetBucketLocation",
  "POST delete": "DeleteObjects",
};
const OBJECT_OPERATIONS: Readonly<Record<string, string>> = {
  "PUT ": "PutObject",
  "GET ": "GetObject",
  "HEAD ": "HeadObject",
  "DELETE ": "DeleteObject",
  "POST uploads": "CreateMultipartUpload",
  "PUT uploadId": "UploadPart",
  "POST uploadId": "CompleteMultipartUpload",
  "DELETE uploadId": "AbortMultipartUpload",
};
const TOLD_BY = ["uploads", "uploadId", "delete", "location"];

/** The permission that an operation needs, where it is not called as the operation. */
const ACTIONS: Readonly<Record<string, string>> = {
  ListObjectsV2: "ListBucket",
  HeadBucket: "ListBucket",
  HeadObject: "GetObject",
  DeleteObjects: "DeleteObject",
  CreateMultipartUpload: "PutObject",
  UploadPart: "PutObject",
  CompleteMultipartUpload: "PutObject",
};

interface Input {
  readonly bucket: string;
  readonly key: string;
}

interface Upload extends Input {
  readonly type: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, StoredPart>;
}

interface StoredPart {
  readonly etag: string;
  readonly body: Buffer;
}

/** Amazon S3, as far as packages and spilled batches need it: objects in buckets, addressed by path. */
export class S3 implements AwsService {
  private readonly uploads = new Map<string, Upload>();

  constructor(
    private readonly region: string,
    private readonly buckets: Buckets,
  ) {}

  operationOf({ method, path, query, body }: AwsRequest) {
    const [bucket = "", ...rest] = path.slice(1).split("/").map(decodeURIComponent);
    const key = rest.join("/");
    const told = TOLD_BY.find((name) => query.has(name)) ?? "";
    const operation =
      bucket === ""
        ? "ListBuckets"
        : (key === "" ? BUCKET_OPERATIONS : OBJECT_OPERATIONS)[`${method} ${told}`];
    return { operation: operation ?? `${method} ${path}`, input: { bucket, key, bytes: body.length } };
  }

  failure({ status, code, message }: AwsError, requestId: string): AwsAnswer {
    return xmlAnswer("Error", { Code: code, Message: message, RequestId: requestId }, status);
  }

  permission(operation: string, input: unknown): AwsPermission {
    const { bucket, key } = input as Input;
    const resource = `arn:aws:s3:::${bucket}${key === "" ? "" : `/${key}`}`;
    return { action: `s3:${ACTIONS[operation] ?? operation}`, resource };
  }

  async answer(operation: string, input: unknown, request: AwsRequest): Promise<AwsAnswer> {
    const act = this.operations[operation];
    if (act === undefined)
      throw new AwsError(501, "NotImplemented", `The emulator has no operation ${operation} of S3`);
    const { bucket } = input as Input;
    if (operation !== "CreateBucket" && operation !== "ListBuckets" && !this.buckets.has(bucket))
      throw new AwsError(404, "NoSuchBucket", "The specified bucket does not exist");
    return act(input as Input, request);
  }

  private readonly operations: Readonly<Record<string, (input: Input, request: AwsRequest) => AwsAnswer>> = {
    ListBuckets: () =>
      xmlAnswer(
        "ListAllMyBucketsResult",
        { Buckets: this.buckets.names.map((Name) => ({ Bucket: { Name } })) },
        200,
        "",
      ),
    CreateBucket: ({ bucket }) => {
      if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
        throw new AwsError(400, "InvalidBucketName", "The specified bucket is not valid.");
      if (!this.buckets.create(bucket))
        throw new AwsError(
          409,
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
        );
      return { status: 200, headers: { location: `/${bucket}` } };
    },
    HeadBucket: () => ({ status: 200, headers: { "x-amz-bucket-region": this.region } }),
    GetBucketLocation: () => xmlAnswer("LocationConstraint", this.region === "us-east-1" ? "" : this.region),
    DeleteBucket: ({ bucket }) => {
      if (this.buckets.list(bucket).length > 0)
        throw new AwsError(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
      this.buckets.remove(bucket);
      return { status: 204 };
    },
    ListObjectsV2: ({ bucket }, { query }) => this.list(bucket, query),
    DeleteObjects: ({ bucket }, { body }) => {
      const keys = elements(body.toString("utf8"), "Key");
      for (const key of keys) this.buckets.delete(bucket, key);
      return xmlAnswer(
        "DeleteResult",
        keys.map((Key) => ({ Deleted: { Key } })),
        200,
        "",
      );
    },
    PutObject: ({ bucket, key }, request) => {
      this.checkConditions(bucket, key, request);
      const stored = this.buckets.put(
        bucket,
        key,
        request.body,
        request.headers["content-type"],
        metadataOf(request),
      );
      return { status: 200, headers: { etag: `"${stored.md5}"` } };
    },
    GetObject: ({ bucket, key }, { headers }) => this.read(this.object(bucket, key), headers.range),
    HeadObject: ({ bucket, key }) => {
      const object = this.object(bucket, key);
      return { status: 200, headers: { ...headersOf(object), "content-length": String(object.body.length) } };
    },
    DeleteObject: ({ bucket, key }) => {
      this.buckets.delete(bucket, key);
      return { status: 204 };
    },
    CreateMultipartUpload: ({ bucket, key }, request) => {
      const id = randomUUID();
      const [type, metadata] = [request.headers["content-type"], metadataOf(request)];
      this.uploads.set(id, { bucket, key, type, metadata, parts: new Map() });
      return xmlAnswer("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: id });
    },
    UploadPart: (_input, { query, body }) => {
      const etag = `"${randomUUID().replaceAll("-", "")}"`;
      this.upload(query).parts.set(Number(query.get("partNumber")), { etag, body });
      return { status: 200, headers: { etag } };
    },
    CompleteMultipartUpload: (_input, request) => this.complete(request),
    AbortMultipartUpload: (_input, { query }) => {
      this.uploads.delete(query.get("uploadId") ?? "");
      return { status: 204 };
    },
  };

  private list(bucket: string, query: URLSearchParams): AwsAnswer {
    const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const most = Number(query.get("max-keys") ?? 1000);
    const all = this.buckets.list(bucket, prefix).filter(([key]) => key > after);
    const folderOf = (key: string) => {
      const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      return at < 0 ? undefined : key.slice(0, at + delimiter.length);
    };
    const page = all.slice(0, most);
    const folders = new Set(page.map(([key]) => folderOf(key)).filter((folder) => folder !== undefined));
    const contents = page
      .filter(([key]) => folderOf(key) === undefined)
      .map(([Key, { body, md5, updated }]) => ({
        Contents: {
          Key,
          Size: body.length,
          ETag: `"${md5}"`,
          LastModified: updated.toISOString(),
          StorageClass: "STANDARD",
        },
      }));
    const isTruncated = page.length < all.length;
    const members = [
      {
        Name: bucket,
        Prefix: prefix,
        KeyCount: contents.length + folders.size,
        MaxKeys: most,
        IsTruncated: isTruncated,
      },
      ...(isTruncated ? [{ NextContinuationToken: page.at(-1)?.[0] }] : []),
      ...contents,
      ...[...folders].map((Prefix) => ({ CommonPrefixes: { Prefix } })),
    ];
    return xmlAnswer("ListBucketResult", members, 200, "");
  }

  private read(object: StoredObject, range: string | undefined): AwsAnswer {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    if (from === undefined) return { status: 200, headers: headersOf(object), body: object.body };
    if (Number(from) >= object.body.length)
      throw new AwsError(416, "InvalidRange", "The requested range is not satisfiable");
    const body = object.body.subarray(Number(from), to === "" ? undefined : Number(to) + 1);
    const part = `bytes ${from}-${Number(from) + body.length - 1}/${object.body.length}`;
    return { status: 206, headers: { ...headersOf(object), "content-range": part }, body };
  }

  private complete(request: AwsRequest): AwsAnswer {
    const upload = this.upload(request.query);
    this.checkConditions(upload.bucket, upload.key, request);
    const numbers = elements(request.body.toString("utf8"), "PartNumber").map(Number);
    const bodies = numbers.map((number) => {
      const part = upload.parts.get(number);
      if (part === undefined)
        throw new AwsError(400, "InvalidPart", "One or more of the specified parts could not be found.");
      return part.body;
    });
    if (bodies.slice(0, -1).some(({ length }) => length < 5 * 1_048_576))
      throw new AwsError(
        400,
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
      );
    const { bucket, key, type, metadata } = upload;
    const { md5 } = this.buckets.put(bucket, key, Buffer.concat(bodies), type, metadata);
    this.uploads.delete(request.query.get("uploadId") ?? "");
    return xmlAnswer("CompleteMultipartUploadResult", {
      Bucket: bucket,
      Key: key,
      ETag: `"${md5}-${numbers.length}"`,
    });
  }

  private upload(query: URLSearchParams): Upload {
    const upload = this.uploads.get(query.get("uploadId") ?? "");
    if (upload === undefined) throw new AwsError(404, "NoSuchUpload", "The specified upload does not exist.");
    return upload;
  }

  private object(bucket: string, key: string): StoredObject {
    const object = this.buckets.get(bucket, key);
    if (object === undefined) throw new AwsError(404, "NoSuchKey", "The specified key does not exist.");
    return object;
  }

  private checkConditions(bucket: string, key: string, { headers }: AwsRequest): void {
    const present = this.buckets.get(bucket, key);
    const mustBeNew = headers["if-none-match"] === "*" && present !== undefined;
    const mustMatch =
      headers["if-match"] !== undefined && headers["if-match"].replaceAll('"', "") !== present?.md5;
    if (mustBeNew || mustMatch)
      throw new AwsError(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
      );
  }
}

function xmlAnswer(root: string, value: unknown, status = 200, item = "member"): AwsAnswer {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?><${root}>${xml(value, item)}</${root}>`,
  };
}

function headersOf({ contentType, md5, updated, metadata }: StoredObject): Record<string, string> {
  return {
    "content-type": contentType,
    etag: `"${md5}"`,
    "last-modified": updated.toUTCString(),
    "accept-ranges": "bytes",
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  };
}

function metadataOf({ headers }: AwsRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith("x-amz-meta-"))
      .map(([name, value]) => [name.slice("x-amz-meta-".length), value]),
  );
}
