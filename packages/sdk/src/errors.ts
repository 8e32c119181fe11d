import { DativoError, type DativoErrorInit } from "@dativo/protocol";

/** What an error may say beside its message. */
export type ErrorOptions = Omit<DativoErrorInit, "code" | "message">;

/** The source or target could not be reached; `CONNECTION_FAILED`, retryable. */
export class ConnectionError extends DativoError {
  constructor(message: string, options: ErrorOptions = {}) {
    super({ code: "CONNECTION_FAILED", message, ...options });
  }
}

/**
 * The source or target refused the credentials; `AUTHENTICATION_FAILED`.
 *
 * @example
 * throw new AuthenticationError("The API key has expired.", { hint: "Create a new one under Settings → API." })
 */
export class AuthenticationError extends DativoError {
  constructor(message: string, options: ErrorOptions = {}) {
    super({ code: "AUTHENTICATION_FAILED", message, ...options });
  }
}

/** A record cannot be what it should be; `VALIDATION_FAILED`. */
export class ValidationError extends DativoError {
  constructor(message: string, options: ErrorOptions = {}) {
    super({ code: "VALIDATION_FAILED", message, ...options });
  }
}

/** The plugin cannot work with its configuration; `CONFIGURATION_ERROR`. */
export class ConfigurationError extends DativoError {
  constructor(message: string, options: ErrorOptions = {}) {
    super({ code: "CONFIGURATION_ERROR", message, ...options });
  }
}

/** Something failed that usually passes; `TRANSIENT_ERROR`, retryable. */
export class TransientError extends DativoError {
  constructor(message: string, options: ErrorOptions = {}) {
    super({ code: "TRANSIENT_ERROR", message, ...options });
  }
}

/** The source asked for fewer requests; `RATE_LIMIT_EXCEEDED`, retryable, with `retryAfterSeconds` where it said so. */
export class RateLimitError extends DativoError {
  constructor(message: string, options: ErrorOptions = {}) {
    super({ code: "RATE_LIMIT_EXCEEDED", message, ...options });
  }
}

/** The plugin failed in another way; `PLUGIN_ERROR`. */
export class PluginError extends DativoError {
  constructor(message: string, options: ErrorOptions = {}) {
    super({ code: "PLUGIN_ERROR", message, ...options });
  }
}
