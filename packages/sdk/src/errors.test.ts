import { isDativoError } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import * as errors from "./errors.js";

describe("errors", () => {
  it.each([
    [errors.ConnectionError, "CONNECTION_FAILED", "ConnectionError", true],
    [errors.AuthenticationError, "AUTHENTICATION_FAILED", "AuthenticationError", false],
    [errors.ValidationError, "VALIDATION_FAILED", "ValidationError", false],
    [errors.ConfigurationError, "CONFIGURATION_ERROR", "ConfigurationError", false],
    [errors.TransientError, "TRANSIENT_ERROR", "TransientError", true],
    [errors.RateLimitError, "RATE_LIMIT_EXCEEDED", "RateLimitError", true],
    [errors.PluginError, "PLUGIN_ERROR", "PluginError", false],
  ])("%o is %s", (Type, code, type, retryable) => {
    const error = new Type("what", { retryAfterSeconds: 3, details: { a: 1 } });
    expect(isDativoError(error)).toBe(true);
    expect(error.toJSON()).toMatchObject({
      error_code: code,
      error_type: type,
      retryable,
      retry_after: 3,
      message: "what",
      details: { a: 1 },
    });
  });
});
