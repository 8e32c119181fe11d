import type { DiscoveredObject, DiscoveryResult } from "@dativo/protocol";
import type { CommandHandler } from "../command.js";
import type { Context } from "../context.js";
import { discoverPlugin } from "../discover-plugin.js";
import { openEngine } from "../open-engine.js";
import { readJob } from "../read-job.js";
import type { Colours } from "../terminal/output.js";
import { formatTable } from "../terminal/table.js";

/** `dativo discover`: the objects of a source. */
export const discover: CommandHandler<"discover"> = async ({ arguments: { source }, context }) => {
  const { objects, metadata } = await (/\.ya?ml$/i.test(source)
    ? discoverJob(source, context)
    : discoverPlugin(source, context));
  const { colours } = context.stdout;
  return {
    json: () => ({ objects, metadata }),
    text: () =>
      objects.length === 0
        ? ["The source names no objects."]
        : objects.flatMap((object) => objectLines(object, colours)),
  };
};

async function discoverJob(path: string, context: Context): Promise<DiscoveryResult> {
  const job = readJob(path, context);
  const engine = await openEngine(job);
  return job.redactor.value(await engine.discover(job, { signal: context.cancellation() }));
}

function objectLines(
  { name, type, description, columns, key, cursor }: DiscoveredObject,
  colours: Colours,
): string[] {
  const rows = (columns ?? []).map((column) => [
    column.name,
    colours.dim(column.type),
    colours.dim(
      [
        column.required === true ? "required" : "",
        key?.includes(column.name) === true ? "key" : "",
        cursor === column.name ? "cursor" : "",
      ]
        .filter((word) => word !== "")
        .join(", "),
    ),
  ]);
  return [
    `${colours.bold(name)}  ${colours.dim(type)}${description === undefined ? "" : `  ${description}`}`,
    ...formatTable(rows, { indent: "  " }),
  ];
}
