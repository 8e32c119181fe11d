import type { Row } from "@dativo/protocol";
import { mockApi } from "../mock/mock-api.js";
import type { MockRequest } from "../mock/mock-definition.js";

const TEAMS = ["blue", "green", null, "red"];

/** Records of the reference API: whole and fractional numbers, text, nulls and instants that are all different. */
function people(count: number, from: number): Row[] {
  return Array.from({ length: count }, (_none, index) => {
    const id = from + index * 7;
    return {
      id,
      name: `Person ${id}`,
      score: Math.round(id * 12.5) / 10 + 0.25,
      team: TEAMS[index % TEAMS.length],
      updated_at: new Date(Date.UTC(2026, 0, 4, 10) + index * 90_000).toISOString(),
    };
  });
}

const PEOPLE = people(42, 1000);
const SQUADS = people(10, 5000);

/** Staged and published records of the API that the reference writer writes to. */
interface Published {
  readonly staged: Map<string, readonly unknown[]>;
  readonly tokens: Set<string>;
  readonly rows: unknown[];
}

function published(memory: Map<string, unknown>, object: string): Published {
  let found = memory.get(object) as Published | undefined;
  if (found === undefined) {
    found = { staged: new Map(), tokens: new Set(), rows: [] };
    memory.set(object, found);
  }
  return found;
}

const ofRequest = ({ memory, path }: MockRequest) =>
  published(memory, decodeURIComponent(path.split("/")[2] ?? ""));

const since = { column: "updated_at" };
const pages = { style: "cursor", size: 4 } as const;

/** The API that reference plugins and mutants read from and write to. */
export const PEOPLE_API = mockApi({
  auth: { bearer: true },
  resources: { "/people": { rows: PEOPLE, pages, since }, "/teams": { rows: SQUADS, pages, since } },
  routes: {
    "GET /me": () => ({ name: "kit" }),
    "GET /count": () => ({ total: PEOPLE.length + SQUADS.length }),
    "PUT /staged/*": (request) => {
      ofRequest(request).staged.set(request.query.get("receipt") ?? "", request.body as unknown[]);
      return {};
    },
    "POST /published/*": (request) => {
      const { staged, tokens, rows } = ofRequest(request);
      const token = request.query.get("token") ?? "";
      if (tokens.has(token)) return {};
      const receipts = request.body as readonly string[];
      const lacking = receipts.filter((receipt) => !staged.has(receipt));
      if (lacking.length > 0) return { status: 409, body: { error: `Not staged: ${lacking.join(", ")}` } };
      tokens.add(token);
      for (const receipt of receipts) rows.push(...(staged.get(receipt) ?? []));
      for (const receipt of receipts) staged.delete(receipt);
      return {};
    },
    "DELETE /staged/*": (request) => {
      const { staged } = ofRequest(request);
      const receipt = request.query.get("receipt") ?? "";
      for (const key of [...staged.keys()])
        if (key === receipt || key.startsWith(`${receipt}/`)) staged.delete(key);
      return {};
    },
  },
  records: (object, memory) => published(memory, object).rows,
});
