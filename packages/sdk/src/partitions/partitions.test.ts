import { type ExtractRequest, type Json, PLUGIN, type PluginExport } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { NEVER, openReader, readAll, rowsIn, statesIn } from "../../test/recording-host.js";
import { BaseReader } from "../class-form/base-reader.js";
import type { IncrementalState } from "../class-form/incremental-state.js";
import { defineReader } from "../reader/define-reader.js";
import type { PartitionTools } from "./partition.js";

type Order = { readonly id: number; readonly region: string; readonly at: number };

const order = (id: number, region: string): Order => ({ id, region, at: id });
const ORDERS = [order(1, "eu"), order(2, "us"), order(3, "eu"), order(4, "us")];

/** A reader of orders by region, whose orders can be added to. */
const byRegion = (orders: readonly Order[], regions = ["eu", "us"]) =>
  defineReader({
    name: "shop",
    objects: {
      orders: {
        schema: z.object({ id: z.int(), region: z.string(), at: z.int() }),
        key: ["id"],
        cursor: "at",
        order: "ascending",
        partitions: () => regions.map((region) => ({ id: region, params: { region } })),
        read: ({ partition, since = 0 }) => [
          orders.filter(({ region, at }) => region === partition?.params.region && at >= since),
        ],
        estimate: ({ partition }) =>
          orders.filter(({ region }) => region === partition?.params.region).length,
      },
      people: {
        schema: z.object({ id: z.int() }),
        read: ({ partition }) => [[{ id: partition === undefined ? 1 : 2 }]],
      },
    },
  });

/** The same as a class, which yields positions by itself. */
const classOf = (orders: readonly Order[]) =>
  class Shop extends BaseReader {
    static override incremental = true;
    static override partitioned = true;
    override partitions({ object }: PartitionTools) {
      return object === "orders"
        ? [
            { id: "eu", params: { region: "eu" } },
            { id: "us", params: { region: "us" } },
          ]
        : [];
    }
    *extract(state?: IncrementalState) {
      const from = state?.get<number>() ?? 0;
      const records = orders.filter(
        ({ region, id }) => region === this.partition?.params.region && id > from,
      );
      const position = records.at(-1)?.id;
      yield { records, ...(position === undefined ? {} : { position }) };
    }
  };

const partitionsOf = async (reader: PluginExport, state: Record<string, Json> = {}, objects = ["orders"]) =>
  (await openReader(reader)).partitions?.({ objects, state, count: 4 }, NEVER);

const part = (id: string): Partial<ExtractRequest> => ({
  partition: { object: "orders", id, params: { region: id } },
});
const idsIn = (events: Awaited<ReturnType<typeof readAll>>) => rowsIn(events).map(({ id }) => id);

describe.each([
  ["defineReader", byRegion],
  ["a class", classOf],
] as const)("an object divided by %s", (_form, make) => {
  it("is said to be, and into what", async () => {
    expect(make(ORDERS)[PLUGIN].spec.partitions).toBe(true);
    expect(await partitionsOf(make(ORDERS))).toEqual([
      { object: "orders", id: "eu", params: { region: "eu" } },
      { object: "orders", id: "us", params: { region: "us" } },
    ]);
  });

  it("is read one partition at a time", async () => {
    const reader = await openReader(make(ORDERS), { objects: ["orders"] });
    const events = await readAll(reader, ["orders"], {}, part("us"));
    expect(idsIn(events)).toEqual([2, 4]);
    expect(events.at(0)).toMatchObject({ type: "object", object: { name: "orders", incremental: true } });
    expect(events.at(-1)).toEqual({ type: "end", object: "orders" });
    const [state] = statesIn(events).slice(-1);
    const more = await openReader(make([...ORDERS, order(6, "us"), order(7, "eu")]), { objects: ["orders"] });
    expect(idsIn(await readAll(more, ["orders"], { orders: state ?? null }, part("us")))).toEqual([6]);
  });

  it("is read whole, from positions that are its partitions'", async () => {
    const reader = await openReader(make(ORDERS), { objects: ["orders"] });
    const events = await readAll(reader, ["orders"]);
    expect(idsIn(events)).toEqual([1, 3, 2, 4]);
    expect(events.filter(({ type }) => type === "object" || type === "end")).toHaveLength(2);
    const [state] = statesIn(events).slice(-1);
    expect(Object.keys((state as { partitions: object }).partitions)).toEqual(["eu", "us"]);

    const more = await openReader(make([...ORDERS, order(6, "us")]), { objects: ["orders"] });
    const next = await readAll(more, ["orders"], { orders: state ?? null });
    expect(idsIn(next)).toEqual([6]);
    // What a partition read alone was left at is where the whole goes on, and the other way round.
    const { us } = (state as { partitions: Record<string, Json> }).partitions;
    expect(idsIn(await readAll(more, ["orders"], { orders: us ?? null }, part("us")))).toEqual([6]);
  });
});

describe("defineReader", () => {
  it("leaves objects whole that it does not divide", async () => {
    expect(await partitionsOf(byRegion(ORDERS), {}, ["people"])).toEqual([]);
    expect(rowsIn(await readAll(await openReader(byRegion(ORDERS)), ["people"]))).toEqual([{ id: 1 }]);
  });

  it("adds the estimates of partitions up", async () => {
    const reader = await openReader(byRegion(ORDERS));
    expect(await reader.estimate({ objects: ["orders"], state: {} }, NEVER)).toBe(4);
    expect(await reader.estimate({ objects: ["orders"], state: {}, ...part("eu") }, NEVER)).toBe(2);
  });

  it("reads an object of no partitions as one of no records", async () => {
    const events = await readAll(await openReader(byRegion(ORDERS, [])), ["orders"]);
    expect(events.map(({ type }) => type)).toEqual(["object", "end"]);
  });

  it("goes on in every partition from the cursor of before it was divided", async () => {
    const whole = defineReader({
      name: "shop",
      objects: {
        orders: {
          schema: z.object({ id: z.int(), at: z.int() }),
          key: ["id"],
          cursor: "at",
          order: "ascending",
          read: () => [ORDERS],
        },
      },
    });
    const [state] = statesIn(await readAll(await openReader(whole), ["orders"])).slice(-1);
    const reader = await openReader(byRegion([...ORDERS, order(6, "us"), order(7, "eu")]));
    expect(idsIn(await readAll(reader, ["orders"], { orders: state ?? null }))).toEqual([7, 6]);
  });

  it("refuses a position of its author's from before the object was divided", async () => {
    const reader = await openReader(classOf(ORDERS), { objects: ["orders"] });
    await expect(readAll(reader, ["orders"], { orders: 2 })).rejects.toMatchObject({
      code: "POSITION_INVALID",
    });
  });

  it("keeps the ranges that positions belong to", async () => {
    const reader = (max: number) =>
      defineReader({
        name: "shop",
        objects: {
          orders: {
            schema: z.object({ id: z.int() }),
            cursor: "id",
            order: "ascending",
            partitions: ({ byRange }) => byRange({ min: 1, max }),
            read: ({ partition }) => {
              const { from, to } = partition?.params ?? {};
              return [[{ id: Number(from ?? Number(to) - 1) }]];
            },
          },
        },
      });
    const first = await partitionsOf(reader(100));
    expect(first?.map(({ id }) => id)).toEqual(["..26", "26..51", "51..76", "76.."]);
    const state = { orders: { partitions: Object.fromEntries((first ?? []).map(({ id }) => [id, 1])) } };
    expect(await partitionsOf(reader(1000), state)).toEqual(first);
  });

  it("refuses what are no partitions", async () => {
    await expect(partitionsOf(byRegion(ORDERS, ["eu", "eu"]))).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
      message: expect.stringContaining("orders.partitions"),
    });
  });
});
