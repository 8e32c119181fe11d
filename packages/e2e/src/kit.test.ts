import { it } from "vitest";
import { Project } from "./dativo.js";
import { dativoTest } from "./dativo-test.js";

const JOB = `
source:
  custom_reader: "orders.ts:default"
  connection: { base_url: "\${ORDERS_URL}" }
  credentials: { api_key: "\${ORDERS_KEY}" }
  objects: [orders]
target: { type: parquet, connection: { path: ./data } }
`;

const MOCK = `
import { mockApi } from "@dativo/testing-kit";

const rows = Array.from({ length: 60 }, (_none, index) => ({
  id: 100 + index,
  note: \`order \${index}\`,
  amount: index + 0.5,
  updated_at: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
}));

export default mockApi({
  auth: { bearer: true },
  resources: { "/orders": { rows, pages: { style: "cursor", size: 6 }, since: { column: "updated_at" } } },
  routes: { "GET /me": () => ({ name: "me" }) },
});
`;

/** A reader as somebody writes it in an afternoon; it stops at a page that is not full. */
const READER = `
import { defineReader, integer, secret } from "@dativo/sdk";
import { z } from "zod";

type Order = { id: number; note: string; amount: number; updated_at: string };

export default defineReader({
  name: "orders",
  version: "1.0.0",
  config: { connection: z.object({ base_url: z.url() }), credentials: z.object({ api_key: secret() }) },
  open: ({ config, http }) => http.with({ baseUrl: config.connection.base_url, bearer: config.credentials.api_key }),
  check: async ({ client }) => {
    await client.json("/me");
    return { success: true, message: "The key is valid." };
  },
  objects: {
    orders: {
      schema: z.object({ id: integer(), note: z.string().nullish(), amount: z.number(), updated_at: z.iso.datetime() }),
      key: ["id"],
      cursor: "updated_at",
      order: "ascending",
      async *read({ client, since, signal }) {
        for (let cursor: string | undefined; ; ) {
          const page = await client.json<{ data: Order[]; next: string | null }>("/orders", { query: { since, cursor }, signal });
          yield page.data;
          if (page.data.length < 6 || page.next === null) return;
          cursor = page.next;
        }
      },
    },
  },
});
`;

it("finds a defect of a stranger's reader, explains it, and is green once it is mended", async ({
  expect,
}) => {
  const project = new Project({ "job.yaml": JOB, "mock.ts": MOCK, "orders.ts": READER });
  try {
    const first = await dativoTest(project, ["contract"]);
    expect(first.stderr).toBe("");
    expect(first.stdout).toContain("orders (reader, TypeScript)");
    expect(first.stdout).toContain("✖ R3.short-page  A page shorter than asked for is not the end");
    expect(first.stdout).toContain("End when a page names no next one.");
    expect(first.stdout).toMatch(/Reproduce: dativo-test contract --only R3\.short-page --seed \d+/);
    expect(first.code).toBe(1);

    const explained = await dativoTest(project, ["contract", "--explain", "R3.short-page"]);
    expect(explained.stdout).toContain("Contract 2.3");

    project.write(
      "orders.ts",
      READER.replace("page.data.length < 6 || page.next === null", "page.next === null").replace(
        'client.json<{ data: Order[]; next: string | null }>("/orders", { query: { since, cursor }, signal });',
        `client.json<{ data: Order[]; next: string | null }>("/orders", { query: { since, cursor }, signal });
          if (!Array.isArray(page.data)) throw new Error("The API answered without a list of orders.");
          if (page.next !== null && page.next === cursor) throw new Error("The API gives the same page again.");`,
      ),
    );
    const failed = await dativoTest(project, ["contract", "--only-failed"]);
    expect(failed.stdout).toContain("0 failed");
    const all = await dativoTest(project, ["contract", "--reporter", "html"]);
    expect(all.stdout).toContain("All contract checks passed");
    expect(all.code).toBe(0);

    const run = await dativoTest(project, [
      "run",
      "job.yaml",
      "--sql",
      "select count(*) = 60 as complete from orders",
    ]);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("60 read = 60 written") });
  } finally {
    project.remove();
  }
});
