import {
  ARROW_ARRAY,
  ARROW_SCHEMA,
  allocateWords,
  callRelease,
  copyFromPointer,
  loadKoffi,
  type Pointer,
} from "@dativo/columnar";
import { toWire } from "@dativo/runtime-host";
import { HOSTILE_INPUTS, type RawLibrary, type TrialLog } from "./abi-trial.js";
import type { ProbeRequest } from "./probe-request.js";

/** The version of the ABI that is spoken here. */
const HOST_ABI = 2;

/** Result and arguments of the functions that are called, by their place in the table. */
const FUNCTIONS = {
  spec: [0, "int32", ["uint32", "void*"]],
  open: [1, "int32", ["uint32", "void*", "uint64", "void*", "void*"]],
  call: [2, "int32", ["void*", "void*", "uint64", "void*", "uint64", "void*"]],
  next: [3, "int32", ["void*", "void*", "void*"]],
  close: [7, "void", ["void*"]],
  freeBuffer: [8, "void", ["void*"]],
} as const;

/** 64-bit words before the functions of the table, and in a buffer and an event. */
const HEAD_WORDS = 2;
const BUFFER_WORDS = 3;
const HEADER = 1;
const SCHEMA = HEADER + BUFFER_WORDS;
const ARRAY = SCHEMA + ARROW_SCHEMA.words;
const EVENT_WORDS = ARRAY + ARROW_ARRAY.words;

/** The kind of the event at which a stream is over. */
const END = 5n;

/** Events that are looked at. */
const MAX_EVENTS = 40;

const KINDS = { reader: 1, writer: 2 } as const;

type Functions = Readonly<Record<keyof typeof FUNCTIONS, (...args: unknown[]) => number>>;

/** Tries the functions of ABI v2. */
export function tryV2(library: RawLibrary, request: ProbeRequest, log: TrialLog): void {
  const entry = library.func("dativo_plugin_v2", "void*", ["uint32"]) as (hostAbi: number) => Pointer | null;
  const table = entry(HOST_ABI);
  if (table === null) {
    log.found("version", `It answers no table to a host that speaks version ${HOST_ABI}.`);
    return;
  }
  const trial = new V2Trial(functionsAt(table), request, log);
  log.step("open with its configuration");
  const instance = trial.open(Buffer.from(JSON.stringify(trial.openRequest())));
  trial.versions(entry, table);
  if (instance !== undefined && request.work.kind === "reader") trial.releases(instance);
  if (instance !== undefined) trial.hostileCalls(instance);
  trial.hostileOpens();
}

class V2Trial {
  private readonly kind: number;

  constructor(
    private readonly functions: Functions,
    private readonly request: ProbeRequest,
    private readonly log: TrialLog,
  ) {
    this.kind = KINDS[request.work.kind];
  }

  openRequest(): object {
    const { work, projectRoot } = this.request;
    const surroundings = { run: { id: "run-1", job: "dativo-test" }, project_root: projectRoot };
    if (work.kind === "reader")
      return { config: toWire(work.source), default_object: work.objects[0] ?? "records", ...surroundings };
    const { target, asset, object, mode, outputBase } = work;
    return {
      config: toWire(target),
      asset: toWire(asset),
      object,
      mode,
      output_base: outputBase,
      ...surroundings,
    };
  }

  /** An instance, or undefined where the configuration is refused. */
  open(request: Uint8Array): Pointer | undefined {
    const [slot, out] = [allocateWords(1), allocateWords(BUFFER_WORDS)];
    const status = this.functions.open(this.kind, request, request.length, slot, out);
    this.answer("open", status, out);
    return status === 0 && slot[0] !== 0n ? (slot[0] as Pointer) : undefined;
  }

  /** Asks for the table as hosts of other versions do, and for the description of the plugin. */
  versions(entry: (hostAbi: number) => Pointer | null, table: Pointer): void {
    const { log } = this;
    const version = versionOf(table);
    if (version !== HOST_ABI)
      log.found("version", `Its table for a host of version ${HOST_ABI} says that it is version ${version}.`);
    for (const older of [0, 1]) {
      log.step(`dativo_plugin_v2(${older})`);
      const answer = entry(older);
      if (answer !== null && versionOf(answer) > older)
        log.found(
          "version",
          `A host that speaks version ${older} at most was given a table of version ${versionOf(answer)}, which it would misread.`,
        );
    }
    log.step("dativo_plugin_v2(99)");
    const later = entry(99);
    if (later === null)
      log.found(
        "version",
        "A host that also speaks later versions was refused; host_abi is the highest it speaks.",
      );
    log.step("spec");
    const out = allocateWords(BUFFER_WORDS);
    this.answer("spec", this.functions.spec(this.kind, out), out);
  }

  /** Reads, and releases each array and schema in its place. */
  releases(instance: Pointer): void {
    const { functions, log, request } = this;
    const objects = request.work.kind === "reader" ? request.work.objects : [];
    log.step("extract");
    if (!this.call(instance, "extract", Buffer.from(JSON.stringify({ objects, state: {} })))) return;
    for (let count = 0; count < MAX_EVENTS; count += 1) {
      const event = allocateWords(EVENT_WORDS);
      const error = allocateWords(BUFFER_WORDS);
      log.step(`next, event ${count + 1}`);
      const status = functions.next(instance, event, error);
      this.answer("next", status, error);
      if (status !== 0 || event[0] === END) return;
      this.take(event.subarray(HEADER, HEADER + BUFFER_WORDS));
      this.mustRelease("array", event.subarray(ARRAY, EVENT_WORDS), ARROW_ARRAY.release);
      this.mustRelease("schema", event.subarray(SCHEMA, ARRAY), ARROW_SCHEMA.release);
    }
  }

  /** Calls with requests that no host sends. */
  hostileCalls(instance: Pointer): void {
    const { functions, log, request } = this;
    log.step("call of an operation that there is not");
    if (this.call(instance, "no_such_operation_7f3a", Buffer.from("{}")))
      log.found("hostile", "The operation no_such_operation_7f3a, which there is not, succeeded.");
    const operation = request.work.kind === "reader" ? "extract" : "commit";
    for (const [name, bytes] of HOSTILE_INPUTS) {
      log.step(`call of ${operation} with ${name}`);
      const succeeded = this.call(instance, operation, bytes);
      if (succeeded && name !== "an empty object")
        log.found("hostile", `${operation} with ${name} succeeded.`);
    }
    log.step("close");
    functions.close(instance);
  }

  hostileOpens(): void {
    for (const [name, bytes] of HOSTILE_INPUTS) {
      this.log.step(`open with ${name}`);
      const instance = this.open(bytes);
      if (instance !== undefined) this.functions.close(instance);
    }
  }

  private call(instance: Pointer, operation: string, request: Uint8Array): boolean {
    const name = Buffer.from(operation);
    const out = allocateWords(BUFFER_WORDS);
    const status = this.functions.call(instance, name, name.length, request, request.length, out);
    this.answer(operation, status, out);
    return status === 0;
  }

  /** An answer is JSON, and that of a failure an object with a message. */
  private answer(call: string, status: number, out: BigUint64Array): void {
    const bytes = this.take(out);
    if (status === 0 && bytes.length === 0) return;
    const problem = status === 0 ? problemOfAnswer(bytes) : problemOfError(bytes);
    if (problem !== undefined) this.log.found("hostile", `${call} ${problem}`);
  }

  private take(buffer: BigUint64Array): Uint8Array {
    const data = buffer[0] as Pointer;
    if (data === 0n) return new Uint8Array(0);
    const bytes = Buffer.alloc(Number(buffer[1]));
    copyFromPointer(bytes, data, bytes.length);
    this.functions.freeBuffer(buffer);
    return bytes;
  }

  private mustRelease(what: string, structure: BigUint64Array, place: number): void {
    // A release function is given the structure itself, which a part of an event is not.
    const own = allocateWords(structure.length);
    own.set(structure);
    const release = own[place] as Pointer;
    if (release === 0n) return;
    callRelease(release, own);
    if (own[place] !== 0n)
      this.log.found(
        "release",
        `The release function of ${what === "array" ? "an array" : "a schema"} left its member release as it was.`,
      );
  }
}

function functionsAt(table: Pointer): Functions {
  const koffi = loadKoffi();
  const addresses = new BigUint64Array(9);
  copyFromPointer(addresses, table + BigInt(HEAD_WORDS * 8), addresses.byteLength);
  const entries = Object.entries(FUNCTIONS).map(([name, [index, result, args]]) => {
    const address = addresses[index] as Pointer;
    return [name, address === 0n ? undefined : koffi.decode(address, koffi.proto(result, [...args]))];
  });
  return Object.fromEntries(entries) as Functions;
}

function versionOf(table: Pointer): number {
  const head = new BigUint64Array(HEAD_WORDS);
  copyFromPointer(head, table, head.byteLength);
  return Number((head[1] as bigint) & 0xffffffffn);
}

function problemOfAnswer(bytes: Uint8Array): string | undefined {
  return parsed(bytes) === undefined ? "answered with something that is not JSON." : undefined;
}

function problemOfError(bytes: Uint8Array): string | undefined {
  const error = parsed(bytes) as { readonly message?: unknown } | null | undefined;
  if (typeof error?.message === "string" && error.message !== "") return undefined;
  return bytes.length === 0
    ? "failed without an error object."
    : "failed with something that is no error object: it has no message.";
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
