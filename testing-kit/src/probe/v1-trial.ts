import { formatFieldType, type JsonObject } from "@dativo/protocol";
import { SCHEMA } from "../plugin/sample-rows.js";
import { HOSTILE_INPUTS, hasSymbol, type RawLibrary, type TrialLog } from "./abi-trial.js";
import type { ProbeRequest } from "./probe-request.js";

type Pointer = bigint | null;

/** Tries the functions of ABI v1. */
export function tryV1(library: RawLibrary, creator: string, request: ProbeRequest, log: TrialLog): void {
  const { kind } = request.work;
  const free = `free_${kind}`;
  const hasFree = hasSymbol(library, free);
  const hasFreeString = hasSymbol(library, "free_string");
  if (!hasFree) log.found("symbols", `There is no ${free}, so each ${kind} stays in memory for ever.`);
  if (!hasFreeString) log.found("symbols", "There is no free_string, so each text stays in memory for ever.");

  const nothing = (_pointer: Pointer) => {};
  const create = library.func(creator, "void*", ["void*"]) as (input: Uint8Array) => Pointer;
  const release = hasFree ? (library.func(free, "void", ["void*"]) as typeof nothing) : nothing;
  const freeText = hasFreeString
    ? (library.func("free_string", "void", ["void*"]) as typeof nothing)
    : nothing;

  // The first of all, so that the library is set up as it would be.
  log.step(`${creator} with its configuration`);
  const instance = create(text(configuration(request)));
  if (kind === "writer" && instance !== null) {
    const write = library.func("write_batch", "void*", ["void*", "void*"]) as (
      writer: Pointer,
      input: Uint8Array,
    ) => Pointer;
    for (const [name, bytes] of HOSTILE_INPUTS) {
      log.step(`write_batch with ${name}`);
      const answer = write(instance, terminated(bytes));
      if (answer !== null) freeText(answer);
    }
  }
  if (instance !== null) {
    log.step(free);
    release(instance);
  }
  log.step(`${free} with a null pointer`);
  release(null);
  log.step("free_string with a null pointer");
  freeText(null);
  for (const [name, bytes] of HOSTILE_INPUTS) {
    log.step(`${creator} with ${name}`);
    const made = create(terminated(bytes));
    if (made !== null) release(made);
  }
}

function configuration({ work }: ProbeRequest): JsonObject {
  if (work.kind === "reader") {
    const { type, connection, credentials, files, incremental, engine } = work.source;
    return {
      type,
      connection,
      credentials,
      objects: [...work.objects],
      files: files as never,
      incremental: incremental as never,
      engine: engine as never,
    };
  }
  const { target, asset, outputBase } = work;
  const schema = SCHEMA.fields.map(({ type, ...field }) => ({ ...field, type: formatFieldType(type) }));
  return {
    asset_name: asset.name,
    schema,
    output_base: outputBase,
    target_type: target.type,
    connection: target.connection,
    file_format: target.fileFormat ?? null,
    engine: target.engine as never,
  };
}

function text(value: JsonObject): Uint8Array {
  return terminated(Buffer.from(JSON.stringify(value)));
}

function terminated(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, Buffer.from([0])]);
}
