import { type BatchData, DativoError, type ReaderEvent } from "@dativo/protocol";
import { wrongShapeError } from "./call-errors.js";
import { describeValue } from "./describe-value.js";
import { faultMessage } from "./plugin-fault.js";
import { copyState, NotJson } from "./state-copy.js";

/** Checks the events of one `extract` against the order and the shapes that the contract asks for. */
export class EventChecker {
  private readonly states = new Map<string, "open" | "ended">();

  constructor(
    private readonly plugin: string,
    private readonly call: string,
  ) {}

  /**
   * Checks one event and returns it, with what the plugin could still change copied.
   *
   * @throws DativoError `PLUGIN_WRONG_SHAPE`
   */
  check(event: unknown): ReaderEvent {
    if (!isObject(event)) throw this.wrong("a reader event", describeValue(event));
    switch (event.type) {
      case "object":
        return this.begin(event as ReaderEvent & { type: "object" });
      case "batch":
        return this.batch(event as ReaderEvent & { type: "batch" });
      case "checkpoint":
        this.mustBeOpen(event.object, "checkpoint");
        return { type: "checkpoint", object: event.object, state: this.state(event.state) };
      case "end":
        this.mustBeOpen(event.object, "end");
        this.states.set(event.object, "ended");
        return { type: "end", object: event.object };
      default:
        throw this.wrong(
          'an event of type "object", "batch", "checkpoint" or "end"',
          describeValue(event.type),
        );
    }
  }

  /** @throws DativoError `UNEXPECTED_END` when an object that began has not ended */
  finish(): void {
    const open = [...this.states].filter(([, state]) => state === "open").map(([object]) => object);
    if (open.length === 0) return;
    const objects = open.map((object) => `"${object}"`).join(", ");
    throw new DativoError({
      code: "UNEXPECTED_END",
      message: faultMessage(this.plugin, this.call, `its records ended without an "end" of ${objects}.`),
      details: { plugin: this.plugin, call: this.call, objects: open },
    });
  }

  private begin(event: ReaderEvent & { type: "object" }): ReaderEvent {
    const { object } = event;
    if (!isObject(object) || typeof object.name !== "string" || typeof object.incremental !== "boolean")
      throw this.wrong('an "object" event with object: { name, incremental }', describeValue(object));
    if (object.schema !== undefined && !Array.isArray(object.schema.fields))
      throw this.wrong(`a schema with fields for "${object.name}"`, describeValue(object.schema));
    if (this.states.has(object.name))
      throw this.wrong(`one "object" event for "${object.name}"`, "a second one");
    this.states.set(object.name, "open");
    return event;
  }

  private batch(event: ReaderEvent & { type: "batch" }): ReaderEvent {
    this.mustBeOpen(event.object, "batch");
    this.count("filtered", event.filtered);
    this.count("deduplicated", event.deduplicated);
    const { data } = event;
    const problem = isObject(data) ? problemOf(data) : ["batch data with a form", describeValue(data)];
    if (problem !== undefined) throw this.wrong(`${problem[0]} for "${event.object}"`, problem[1]);
    // Authors reuse one array and empty it after each yield, while the engine still holds the batch.
    return data.form === "rows" ? { ...event, data: { ...data, rows: data.rows.slice() } } : event;
  }

  private mustBeOpen(object: unknown, type: string): asserts object is string {
    if (typeof object !== "string")
      throw this.wrong(`the name of an object in a "${type}" event`, describeValue(object));
    const state = this.states.get(object);
    if (state === undefined) throw this.wrong(`an "object" event for "${object}" first`, `a "${type}" event`);
    if (state === "ended") throw this.wrong(`nothing after the "end" of "${object}"`, `a "${type}" event`);
  }

  private count(name: string, value: unknown): void {
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
      throw this.wrong(
        `${name} as a whole number from 0`,
        typeof value === "number" ? String(value) : describeValue(value),
      );
  }

  private state(value: unknown) {
    try {
      return copyState(value);
    } catch (error) {
      if (error instanceof NotJson)
        throw this.wrong(`a state of plain JSON values (${error.path})`, error.got);
      throw error;
    }
  }

  private wrong(expected: string, got: string): DativoError {
    return wrongShapeError(this.plugin, this.call, expected, got);
  }
}

function problemOf(data: BatchData): readonly [expected: string, got: string] | undefined {
  switch (data.form) {
    case "rows":
      return Array.isArray(data.rows) ? undefined : ["an array of rows", describeValue(data.rows)];
    case "json":
      return data.text instanceof Uint8Array ? undefined : ["JSON text as bytes", describeValue(data.text)];
    case "arrow":
      if (!Array.isArray(data.columns)) return ["an array of columns", describeValue(data.columns)];
      if (!Array.isArray(data.schema?.fields)) return ["a schema with fields", describeValue(data.schema)];
      return Number.isSafeInteger(data.recordCount)
        ? undefined
        : ["a recordCount", describeValue(data.recordCount)];
    case "native":
      if (typeof data.array !== "function" || typeof data.release !== "function")
        return ["a batch of native memory", describeValue(data)];
      return Number.isSafeInteger(data.recordCount)
        ? undefined
        : ["a recordCount", describeValue(data.recordCount)];
    case "relation":
      if (typeof data.sql !== "string") return ["a query as text", describeValue(data.sql)];
      return Array.isArray(data.schema?.fields)
        ? undefined
        : ["a schema with fields", describeValue(data.schema)];
    default:
      return [
        'batch data of form "rows", "json", "arrow", "relation" or "native"',
        describeValue((data as { form?: unknown }).form),
      ];
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } & object {
  return typeof value === "object" && value !== null;
}
