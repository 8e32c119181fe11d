/** Levels of log records, least severe first. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** A level of a log record. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One log record of a plugin or of the engine. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  /** Who wrote it: a plugin's name, or `engine`. */
  readonly source?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}
