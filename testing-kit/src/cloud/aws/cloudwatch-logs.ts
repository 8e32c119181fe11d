import type { CloudLog, LogLine } from "../cloud-log.js";
import { AwsError } from "./aws-error.js";
import type { AwsAnswer, AwsPermission, AwsRequest, AwsService } from "./aws-exchange.js";
import { jsonFailure, jsonOperation, jsonResult } from "./json-protocol.js";

interface Input {
  readonly logGroupName?: string;
  readonly logGroupNamePrefix?: string;
  readonly logStreamName?: string;
  readonly logStreamNames?: readonly string[];
  readonly filterPattern?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly limit?: number;
  readonly nextToken?: string;
  readonly retentionInDays?: number;
}

/** CloudWatch Logs, to read what functions wrote. */
export class CloudWatchLogs implements AwsService {
  private readonly created = new Map<string, { readonly at: number; retentionInDays?: number }>();

  constructor(
    private readonly region: string,
    private readonly accountId: string,
    private readonly log: CloudLog,
  ) {}

  operationOf(request: AwsRequest) {
    return jsonOperation(request);
  }

  failure(error: AwsError): AwsAnswer {
    return jsonFailure(error);
  }

  permission(operation: string, input: unknown): AwsPermission {
    return { action: `logs:${operation}`, resource: this.arn((input as Input).logGroupName ?? "*") };
  }

  async answer(operation: string, input: unknown): Promise<AwsAnswer> {
    return jsonResult("CloudWatch Logs", this.operations, operation, input);
  }

  private readonly operations: Readonly<Record<string, (input: Input) => unknown>> = {
    CreateLogGroup: ({ logGroupName: name = "" }) => {
      if (this.exists(name))
        throw new AwsError(400, "ResourceAlreadyExistsException", "The specified log group already exists");
      this.created.set(name, { at: Date.now() });
    },
    DeleteLogGroup: ({ logGroupName: name = "" }) => {
      this.check(name);
      this.created.delete(name);
      this.log.remove(name);
    },
    PutRetentionPolicy: ({ logGroupName: name = "", retentionInDays }) => {
      this.check(name);
      this.created.set(name, { at: Date.now(), ...(retentionInDays !== undefined && { retentionInDays }) });
    },
    DescribeLogGroups: ({ logGroupNamePrefix = "" }) => ({
      logGroups: [...new Set([...this.log.names, ...this.created.keys()])]
        .filter((name) => name.startsWith(logGroupNamePrefix))
        .map((logGroupName) => ({
          logGroupName,
          arn: `${this.arn(logGroupName)}:*`,
          creationTime: this.created.get(logGroupName)?.at ?? this.log.lines(logGroupName)?.[0]?.at,
          retentionInDays: this.created.get(logGroupName)?.retentionInDays,
          storedBytes: 0,
        })),
    }),
    DescribeLogStreams: ({ logGroupName: name = "" }) => {
      const lines = this.linesOf(name);
      return {
        logStreams: [...new Set(lines.map(({ stream }) => stream))].map((logStreamName) => {
          const own = lines.filter(({ stream }) => stream === logStreamName);
          return {
            logStreamName,
            creationTime: own[0]?.at,
            firstEventTimestamp: own[0]?.at,
            lastEventTimestamp: own.at(-1)?.at,
          };
        }),
      };
    },
    GetLogEvents: ({ logGroupName: name = "", logStreamName, limit = 10_000, ...input }) => ({
      events: this.linesOf(name)
        .filter(({ stream }) => stream === logStreamName)
        .filter(within(input))
        .slice(-limit)
        .map(({ at, message }) => ({ timestamp: at, ingestionTime: at, message: `${message}\n` })),
    }),
    FilterLogEvents: (input) => this.filter(input),
  };

  private filter({
    logGroupName: name = "",
    logStreamNames,
    limit = 10_000,
    nextToken = "0",
    ...input
  }: Input): unknown {
    const terms = termsOf(input.filterPattern ?? "");
    const found = this.linesOf(name)
      .filter(({ stream }) => logStreamNames?.includes(stream) ?? true)
      .filter(within(input))
      .filter(({ message }) => terms.every((term) => message.includes(term)));
    const to = Number(nextToken) + limit;
    return {
      events: found.slice(Number(nextToken), to).map(({ at, stream, message }, index) => ({
        eventId: `${at}-${Number(nextToken) + index}`,
        logStreamName: stream,
        timestamp: at,
        ingestionTime: at,
        message: `${message}\n`,
      })),
      ...(to < found.length && { nextToken: String(to) }),
    };
  }

  private linesOf(name: string): readonly LogLine[] {
    this.check(name);
    return this.log.lines(name) ?? [];
  }

  private exists(name: string): boolean {
    return this.created.has(name) || this.log.lines(name) !== undefined;
  }

  private check(name: string): void {
    if (!this.exists(name))
      throw new AwsError(400, "ResourceNotFoundException", "The specified log group does not exist.");
  }

  private arn(group: string): string {
    return `arn:aws:logs:${this.region}:${this.accountId}:log-group:${group}`;
  }
}

function within({ startTime = 0, endTime = Number.POSITIVE_INFINITY }: Input): (line: LogLine) => boolean {
  return ({ at }) => at >= startTime && at < endTime;
}

/** The words and quoted texts of a pattern, all of which a line must hold; other patterns are not emulated. */
function termsOf(pattern: string): readonly string[] {
  return [...pattern.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
}
