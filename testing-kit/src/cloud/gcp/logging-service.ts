import type { CloudLog, LogLine } from "../cloud-log.js";
import {
  type GcpAnswer,
  GcpError,
  type GcpRequest,
  type GcpService,
  gcpJson,
  jsonBody,
} from "./gcp-exchange.js";
import type { Project } from "./project.js";

interface Input {
  readonly resourceNames?: readonly string[];
  readonly filter?: string;
  readonly orderBy?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/** A line, with the function that wrote it. */
interface Entry extends LogLine {
  readonly fn: string;
}

/** Cloud Logging, to read what functions wrote. */
export class LoggingService implements GcpService {
  readonly name = "logging";

  constructor(
    private readonly project: Project,
    private readonly log: CloudLog,
  ) {}

  operationOf(request: GcpRequest) {
    const isList = request.method === "POST" && request.path === "/v2/entries:list";
    return isList ? { operation: "ListLogEntries", input: jsonBody(request) } : undefined;
  }

  answer(_operation: string, input: unknown, { account }: GcpRequest): GcpAnswer {
    const { resourceNames = [], filter = "", orderBy, pageSize = 50, pageToken = "0" } = input as Input;
    for (const name of resourceNames) this.project.check(name.split("/")[1] ?? "");
    if (account !== this.project.owner)
      throw new GcpError("PERMISSION_DENIED", "Permission denied for all log views");
    const fits = conditions(filter);
    const found = this.log.names
      .flatMap((fn) => (this.log.lines(fn) ?? []).map((line): Entry => ({ ...line, fn })))
      .filter((entry) => fits.every((condition) => condition(entry)))
      .sort((left, right) => left.at - right.at);
    if (orderBy === "timestamp desc") found.reverse();
    const from = Number(pageToken);
    return gcpJson({
      entries: found.slice(from, from + pageSize).map((entry, at) => this.described(entry, from + at)),
      ...(from + pageSize < found.length && { nextPageToken: String(from + pageSize) }),
    });
  }

  private described({ at, stream, message, fn }: Entry, index: number): unknown {
    const [revision] = stream.split("/");
    return {
      logName: `projects/${this.project.id}/logs/run.googleapis.com%2Fstdout`,
      insertId: `${at}-${index}`,
      timestamp: new Date(at).toISOString(),
      textPayload: message,
      resource: {
        type: "cloud_run_revision",
        labels: { project_id: this.project.id, service_name: fn, revision_name: revision },
      },
    };
  }
}

/** The comparisons of a filter, all of which must hold. @throws GcpError for those that are not emulated */
function conditions(filter: string): readonly ((entry: Entry) => boolean)[] {
  const clauses = filter === "" ? [] : filter.split(/\s+AND\s+/);
  return clauses.map((clause) => {
    const [, field, operator, quoted, bare] =
      /^([\w.]+)\s*(=|:|>=|<=|>|<)\s*(?:"([^"]*)"|(\S+))$/.exec(clause.trim()) ?? [];
    const value = quoted ?? bare ?? "";
    if (field === "resource.type" && operator === "=") return () => value === "cloud_run_revision";
    if (field === "resource.labels.service_name" && operator === "=") return ({ fn }) => fn === value;
    if (field === "textPayload" && operator === ":") return ({ message }) => message.includes(value);
    const time = Date.parse(value);
    if (field === "timestamp" && operator === ">=") return ({ at }) => at >= time;
    if (field === "timestamp" && operator === "<") return ({ at }) => at < time;
    throw new GcpError("UNIMPLEMENTED", `The emulator does not know the filter ${clause}`);
  });
}
