import { z } from "zod";
import {
  batch,
  decimal,
  defineObject,
  defineReader,
  type InferConfig,
  type InferRow,
  integer,
  page,
  position,
  type Secret,
  secret,
} from "../src/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const assertType = <T extends true>(): T | undefined => undefined;

class Client {
  async *pages(_path: string, _since: string | undefined) {
    yield [{ id: "a", mag: 1, place: null, updated: "2026-01-04T10:00:00Z" }];
  }
  close() {}
}

const Quake = z.object({
  id: z.string(),
  mag: z.number().nullable(),
  place: z.string().nullable(),
  updated: z.iso.datetime(),
});

const reader = defineReader({
  name: "usgs",
  config: {
    connection: z.object({ base_url: z.url() }),
    credentials: z.object({ api_key: secret() }),
    options: z.object({ page_size: z.int().default(200) }),
  },
  open: async ({ config, http }) => {
    assertType<Equal<typeof config.credentials.api_key, Secret>>();
    http.with({ baseUrl: config.connection.base_url, bearer: config.credentials.api_key });
    return new Client();
  },
  check: async ({ client }) => {
    assertType<Equal<typeof client, Client>>();
    return { success: true, message: "fine" };
  },
  objects: {
    quakes: {
      schema: Quake,
      key: ["id"],
      cursor: "updated",
      async *read({ client, since, position: from, config, signal, log, accepts, limit }) {
        assertType<Equal<typeof since, string | undefined>>();
        assertType<Equal<typeof from, undefined>>();
        assertType<Equal<typeof config.options.page_size, number>>();
        assertType<Equal<typeof signal, AbortSignal>>();
        assertType<Equal<typeof limit, number | undefined>>();
        log.info({ accepts, from }, "reading");
        // @ts-expect-error `since` is a string
        const _wrong: number | undefined = since;
        // @ts-expect-error no such key in the configuration
        config.options.page_sice;
        // @ts-expect-error no such part of the configuration
        config.engine;
        // @ts-expect-error a secret is not a string
        const _key: string = config.credentials.api_key;
        // @ts-expect-error no such method of the client
        client.pagez();
        yield* client.pages("/quakes", since);
      },
    },
    byDate: {
      schema: z.object({ id: integer(), at: z.date(), price: decimal(10, 2) }),
      cursor: "at",
      order: "ascending",
      async *read({ since }) {
        assertType<Equal<typeof since, Date | undefined>>();
        yield { id: 1n, at: new Date(), price: "1.00" };
        yield [{ id: 1, at: new Date(), price: 1 }];
      },
    },
    snapshot: {
      schema: z.object({ id: z.number() }),
      async *read({ since, client }) {
        assertType<Equal<typeof since, undefined>>();
        assertType<Equal<typeof client, Client>>();
        yield [{ id: 1 }];
        yield batch({ form: "relation", sql: "select 1 as id", schema: { fields: [] } });
      },
    },
    positioned: {
      schema: z.object({ id: z.number() }),
      position: z.object({ offset: z.int() }),
      async *read({ position: from }) {
        assertType<Equal<typeof from, { offset: number } | undefined>>();
        yield [{ id: 1 }];
        yield position({ offset: 1 });
        yield page([{ id: 2 }], { position: { offset: 2 } });
      },
    },
    untyped: {
      fields: [{ name: "a", type: { kind: "string" } }],
      cursor: "a",
      async *read({ client }) {
        assertType<Equal<typeof client, Client>>();
        yield [{ a: "x" }];
      },
    },
  },
});

assertType<
  Equal<
    InferRow<typeof reader, "quakes">,
    { id: string; mag: number | null; place: string | null; updated: string }
  >
>();
assertType<Equal<InferConfig<typeof reader>["connection"], { base_url: string }>>();
assertType<Equal<InferConfig<typeof reader>["options"]["page_size"], number>>();
// @ts-expect-error no such object
export type Nothing = InferRow<typeof reader, "quake">;

defineReader({
  name: "x",
  objects: {
    a: {
      schema: z.object({ id: z.string(), updated: z.string() }),
      // @ts-expect-error the cursor is not a column
      cursor: "updatd",
      async *read() {
        yield [{ id: "a", updated: "" }];
      },
    },
  },
});

defineReader({
  name: "x",
  objects: {
    a: {
      schema: z.object({ id: z.string() }),
      // @ts-expect-error the key is not a column
      key: ["idd"],
      async *read() {
        yield [{ id: "a" }];
      },
    },
  },
});

defineReader({
  name: "x",
  objects: {
    a: {
      schema: z.object({ id: z.string(), updated: z.string() }),
      // @ts-expect-error a column is missing
      async *read() {
        yield [{ id: "a" }];
      },
    },
  },
});

defineReader({
  name: "x",
  objects: {
    a: {
      schema: z.object({ id: z.string() }),
      // @ts-expect-error a column has another type
      async *read() {
        yield [{ id: 1 }];
      },
    },
  },
});

defineReader({
  name: "x",
  objects: {
    a: {
      schema: z.object({ id: z.string() }),
      // @ts-expect-error a single row with another type
      async *read() {
        yield { id: 1 };
      },
    },
  },
});

defineReader({
  name: "x",
  objects: {
    a: {
      schema: z.object({ id: z.string() }),
      position: z.int(),
      // @ts-expect-error the position has another type
      async *read() {
        yield [{ id: "" }];
        yield position("x");
      },
    },
  },
});

defineReader({
  name: "x",
  objects: {
    a: {
      schema: z.object({ id: z.string() }),
      // @ts-expect-error a position without a declared one
      async *read() {
        yield [{ id: "" }];
        yield position(1);
      },
    },
  },
});

defineReader({
  name: "x",
  open: () => new Client(),
  objects: async ({ client }) => {
    assertType<Equal<typeof client, Client>>();
    return {
      a: {
        fields: [],
        async *read({ client: inner }) {
          assertType<Equal<typeof inner, Client>>();
          yield [{ anything: 1 }];
        },
      },
    };
  },
});

const quakes = defineObject<Client>()({
  schema: Quake,
  key: ["id"],
  cursor: "updated",
  async *read({ client, since }) {
    assertType<Equal<typeof client, Client>>();
    assertType<Equal<typeof since, string | undefined>>();
    yield* client.pages("/quakes", since);
  },
});

const split = defineReader({ name: "split", open: () => new Client(), objects: { quakes } });
assertType<Equal<InferRow<typeof split, "quakes">["id"], string>>();

// The client is inferred from an `open` that uses its context, not from the objects.
defineReader({
  name: "split",
  config: { connection: z.object({ base_url: z.url() }) },
  open: ({ config }) => {
    assertType<Equal<typeof config.connection.base_url, string>>();
    return new Client();
  },
  check: async ({ client }) => {
    assertType<Equal<typeof client, Client>>();
    return { success: true, message: "" };
  },
  objects: { quakes },
});

defineObject<Client>()({
  schema: Quake,
  // @ts-expect-error the cursor is not a column
  cursor: "updatd",
  async *read({ client }) {
    yield* client.pages("/quakes", undefined);
  },
});

defineReader({
  name: "other client",
  open: () => ({ other: true }),
  // @ts-expect-error the object was defined for another client
  objects: { quakes },
});
