import { describe, expect, test } from "vitest";
import {
  checkStatus,
  commitResultSchema,
  connectionTestResultSchema,
  discoveryResultSchema,
  fileMetadataSchema,
  NOT_IMPLEMENTED,
  writeResultSchema,
} from "./results.js";

describe("the shapes of the guide", () => {
  test("a connection test", () => {
    for (const result of [
      { success: true, message: "Connected successfully", details: { version: "1.2.3" } },
      { success: false, message: "Authentication failed", error_code: "AUTH_FAILED" },
    ])
      expect(connectionTestResultSchema.parse(result)).toEqual(result);
  });

  test("a discovery", () => {
    const result = {
      objects: [
        { name: "users", type: "table", columns: [{ name: "id", type: "integer", required: true }] },
        { name: "orders", type: "endpoint", description: "All orders" },
      ],
      metadata: { total_tables: 1 },
    };
    expect(discoveryResultSchema.parse(result)).toEqual(result);
  });

  test("file metadata keeps the writer's own keys", () => {
    const file = {
      path: "s3://b/k",
      size_bytes: 10,
      record_count: 2,
      etag: "x",
      partition: { day: "2024-01-01" },
    };
    expect(fileMetadataSchema.parse(file)).toEqual(file);
    expect(writeResultSchema.parse({ files: [file] })).toEqual({ files: [file] });
  });

  test("a commit keeps the writer's own keys", () => {
    const result = { status: "success", files_added: 1, total_records: 5, branch: "main" };
    expect(commitResultSchema.parse(result)).toEqual(result);
  });
});

describe("checkStatus", () => {
  test("a check that is not implemented is unknown, never ok", () => {
    expect(checkStatus({ success: true, message: "" })).toBe("ok");
    expect(checkStatus({ success: false, message: "", error_code: "AUTH_FAILED" })).toBe("failed");
    expect(checkStatus({ success: false, message: "" })).toBe("failed");
    expect(checkStatus({ success: false, message: "", error_code: NOT_IMPLEMENTED })).toBe("unknown");
  });
});
