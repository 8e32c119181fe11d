import {
  FRAME,
  type Plugin,
  type PluginReference,
  type PluginSpec,
  type ReaderEvent,
} from "@dativo/protocol";
import { eventOf, incomplete, toWire } from "@dativo/runtime-host";
import type { DeployedFunction, FunctionPlugin } from "../deploy/function-deployer.js";
import type { TransferParams } from "../function/transfer-params.js";
import { splitSecrets } from "./config-secrets.js";
import { type InvokedFunction, invokeFunction } from "./invoke-function.js";

/** A function that holds a reader and the writer of what it reads. */
export interface SharedFunction {
  readonly deployed: DeployedFunction;
  readonly invoked: InvokedFunction;
  readonly reader: { readonly reference: PluginReference; readonly spec: PluginSpec };
  readonly writer: FunctionPlugin;
}

/**
 * Reading and staging in one invocation. One that breaks off is not made again here: the run discards what it had
 * staged beyond its last commit, and asks for the rest.
 */
export function cloudTransfer(shared: SharedFunction): NonNullable<Plugin["transfer"]> {
  return (open, signal) => transfer(shared, open, signal);
}

async function* transfer(
  { deployed, invoked, reader, writer }: SharedFunction,
  open: Parameters<NonNullable<Plugin["transfer"]>>[0],
  signal: AbortSignal,
): AsyncGenerator<ReaderEvent, void, undefined> {
  const { host, defaultObject } = open.reader;
  const kept = async (config: object, spec: Pick<PluginSpec, "secrets">) => {
    const split = splitSecrets(config, spec as PluginSpec, host.redactor);
    const stored =
      Object.keys(split.secrets).length === 0 ? {} : await deployed.storeSecrets(split.secrets, signal);
    return { config: toWire(split.config), secrets: { ...deployed.secretReferences, ...stored } };
  };
  const { task } = open;
  const params: TransferParams = {
    run: host.run,
    reader: {
      reference: reader.reference.text,
      default_object: defaultObject,
      ...(await kept(open.reader.config, reader.spec)),
    },
    writer: {
      reference: writer.reference.text,
      output_base: open.writer.outputBase,
      ...(await kept(open.writer.config, writerSpec(task))),
    },
    task,
  };
  const frames = invokeFunction(
    { ...invoked, log: host.log, redactor: host.redactor },
    [{ operation: "transfer", params: { ...params } }],
    { secrets: {} },
    signal,
  );
  let batches = 0;
  let told: number | undefined;
  for await (const frame of frames) {
    if (frame.type === FRAME.batch) batches += 1;
    if (frame.type === FRAME.end) told = frame.header.sequence;
    else yield await eventOf(frame);
  }
  if (told !== batches) throw incomplete(told ?? batches + 1, batches);
}

/** What the writer says of itself, which the task of a run holds. */
function writerSpec(
  task: Parameters<NonNullable<Plugin["transfer"]>>[0]["task"],
): Pick<PluginSpec, "secrets"> {
  const { planning } = task as unknown as { readonly planning: { readonly writer: PluginSpec } };
  return planning.writer;
}
