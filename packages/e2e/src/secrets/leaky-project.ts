import { Project } from "../dativo.js";
import { CANARIES, PEM } from "./canaries.js";

/** What both plugins share: every secret they were given, in every form. */
const SPILL = `
export const FORMS = [
  (secret) => secret,
  encodeURIComponent,
  (secret) => new URLSearchParams({ x: secret }).toString().slice(2),
  (secret) => Buffer.from(secret).toString("base64"),
  (secret) => Buffer.from(secret).toString("base64url"),
  (secret) => JSON.stringify(secret),
  (secret) => JSON.stringify(JSON.stringify(secret)),
];

function* texts(value) {
  if (typeof value === "string" || typeof value === "number") yield String(value);
  else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) yield* texts(inner);
}

/** Lines that give away everything in a configuration. */
export function spill(config) {
  const { connection, credentials, dsn, engine } = config;
  const all = [...new Set(texts({ connection, credentials, dsn, secrets: engine?.options?.secrets }))];
  return all.map((secret) => "leak: " + FORMS.map((form) => form(secret)).join(" ; "));
}
`;

const READER = `
import { readFileSync } from "node:fs";
import { BaseReader, DativoError, checkpoint } from "@dativo/sdk";
import { spill } from "./spill.js";

const MODE = readFileSync(new URL("./mode", import.meta.url), "utf8");

export default class Leaky extends BaseReader {
  static incremental = true;

  checkConnection() {
    const [first, ...rest] = spill(this.sourceConfig);
    if (MODE === "check throws") throw new Error(rest.join(" "));
    return { success: false, message: first + rest.join(" "), errorCode: "LEAK", details: { rest, [first]: first } };
  }

  discover() {
    const lines = spill(this.sourceConfig);
    return { objects: [{ name: "things", type: "table", description: lines.join(" ") }], metadata: { lines, [lines[0]]: 1 } };
  }

  async *extract() {
    const lines = spill(this.sourceConfig);
    const all = lines.join("\\n");
    switch (MODE) {
      case "talk":
        this.log.info({ all, lines, error: new Error(all) }, all);
        this.log.debug(all);
        console.log(...lines);
        console.error("%s", all);
        process.stdout.write(all + "\\n");
        process.stderr.write(Buffer.from(all));
        yield [{ id: 1, name: "good" }, { id: all, name: lines[3] }, { id: 2, name: all, [lines[4]]: all }, all, [all], { id: 3, name: lines }];
        yield checkpoint("things", { at: 3 });
        break;
      case "position":
        yield [{ id: 1, name: "good" }];
        yield checkpoint("things", { at: all, lines, [lines[0]]: 1 });
        break;
      case "throw": {
        const error = new TypeError(all, { cause: new Error(all) });
        error.name = lines[0];
        Object.assign(error, { code: lines[1], details: lines, response: { headers: { authorization: all } } });
        throw error;
      }
      case "throw text":
        throw all;
      case "throw classified":
        throw new DativoError({ code: "AUTHENTICATION_FAILED", message: all, hint: all, details: { lines, [lines[0]]: all }, cause: new Error(all) });
      case "uncaught":
        setTimeout(() => { throw new Error(all); }, 5);
        await new Promise((done) => setTimeout(done, 200));
        break;
      case "rejection":
        Promise.reject(new Error(all));
        await new Promise((done) => setTimeout(done, 200));
        break;
      case "crash":
        console.error(all);
        process.stderr.write(all.slice(0, -3), () => process.abort());
        await new Promise((done) => setTimeout(done, 2000));
        break;
      case "http": {
        const { connection, credentials } = this.sourceConfig;
        const client = this.http.with({ baseUrl: connection.base_url, retry: false, bearer: credentials.bearer, query: { api_key: credentials.query } });
        await client.json("/echo?again=" + encodeURIComponent(all.slice(0, 2000)), { method: "POST", json: { lines } });
        break;
      }
      case "http basic": {
        const { connection, credentials } = this.sourceConfig;
        await this.http.with({ baseUrl: connection.base_url, retry: false, basic: { username: "user", password: credentials.basic } }).json("/echo");
        break;
      }
      case "http down": {
        const url = new URL(this.sourceConfig.connection.url);
        url.protocol = "http:";
        url.port = "1";
        url.searchParams.set("token", this.sourceConfig.credentials.query);
        await this.http.with({ retry: false, bearer: this.sourceConfig.credentials.bearer }).json(url);
        break;
      }
      case "shape":
        yield { type: all, [all]: lines };
        break;
      case "object":
        yield { object: all, records: [{ id: 1 }] };
        break;
      case "write":
        yield Array.from({ length: 4 }, (_, id) => ({ id, name: "good" }));
        break;
      case "write files":
      case "write throws":
      case "commit throws":
        yield [{ id: 1, name: "good" }, { id: 2, name: "good" }];
    }
  }
}
`;

const WRITER = `
import { readFileSync } from "node:fs";
import { defineWriter } from "@dativo/sdk";
import { spill } from "./spill.js";

const MODE = readFileSync(new URL("./mode", import.meta.url), "utf8");

export default defineWriter({
  name: "leaky writer",
  idempotentCommit: true,
  open: ({ target }) => spill(target).join("\\n"),
  write({ client: all, batch }) {
    console.log(all);
    const stored = batch.rows().length - 1;
    if (MODE === "write throws") throw new Error(all);
    if (MODE === "write files") return { files: [{ path: all, recordCount: stored + 1 }] };
    return { files: [{ path: "nowhere", recordCount: stored }], rejected: [{ index: 0, reason: all, path: all, expected: all, got: all }] };
  },
  commit({ client: all, files, log }) {
    log.warn(all);
    if (MODE === "commit throws") throw Object.assign(new Error(all), { files, all });
    return { status: "success", filesAdded: files.length, message: all };
  },
  abort({ client: all, log }) {
    log.warn(all);
    throw new Error(all);
  },
});
`;

/** What the plugins do with their secrets. */
export const LEAKS = [
  "talk",
  "position",
  "throw",
  "throw text",
  "throw classified",
  "uncaught",
  "rejection",
  "http",
  "http basic",
  "http down",
  "shape",
  "object",
  "write",
  "write files",
  "write throws",
  "commit throws",
] as const;

/** Environment of the commands, which holds some of the secrets. */
export const LEAKY_ENVIRONMENT = {
  PLAIN_NAME: CANARIES.environment,
  MY_AUTH_HEADER: CANARIES.environment,
  DATIVO_SECRET__GLOBAL__VARIABLE: CANARIES.variable,
};

/** A project whose plugins give away every secret in every place where one may be. */
export function leakyProject(mode: string, sandbox: boolean, baseUrl: string): Project {
  const yaml = JSON.stringify;
  return new Project({
    mode,
    "spill.js": SPILL,
    "leaky.js": READER,
    "leaky-writer.js": WRITER,
    ".env": `DOTENV_VALUE=${CANARIES.dotEnv}\n`,
    "keys/private.pem": PEM,
    "keys/plain": `${CANARIES.file}\n`,
    ".dativo/secrets/named": CANARIES.named,
    ".dativo/secrets/document.json": JSON.stringify({ deep: [{ token: CANARIES.json }] }),
    "job.yaml": `name: leaky
source:
  custom_reader: "leaky.js:default"
  dsn: ${yaml(`postgres://app:${encodeURIComponent(CANARIES.dsn)}@db.example/x`)}
  connection:
    base_url: ${yaml(baseUrl)}
    url: ${yaml(`https://user:${CANARIES.url}@127.0.0.1/path`)}
    encoded: ${yaml(`https://user:${encodeURIComponent(CANARIES.urlEncoded)}@127.0.0.1/path`)}
    header: "\${MY_AUTH_HEADER}"
    password: ${yaml(CANARIES.password)}
  credentials:
    environment: "\${PLAIN_NAME}"
    dotenv: "\${DOTENV_VALUE}"
    fallback: "\${NOT_SET_ANYWHERE:-${CANARIES.fallback}}"
    literal: ${CANARIES.credential}
    number: ${CANARIES.number}
    signs: ${yaml(CANARIES.signs)}
    query: ${yaml(CANARIES.query)}
    bearer: ${yaml(CANARIES.bearer)}
    basic: ${yaml(CANARIES.basic)}
    named: "\${secret:named}"
    variable: "\${secret:variable}"
    document: "\${secret:document}"
    file: "\${file:keys/plain}"
    pem: "\${file:keys/private.pem}"
  engine:
    options:
      batch_bytes: 1
      secrets: { api_key: ${yaml(CANARIES.option)} }
  objects: [things]
target:
  custom_writer: "leaky-writer.js:default"
  connection:
    path: ./out
    url: ${yaml(`https://user:${CANARIES.targetUrl}@127.0.0.1/path`)}
  credentials: { token: ${yaml(CANARIES.credential)}, signs: ${yaml(CANARIES.signs)} }
schema_validation_mode: warn
logging: { level: debug }
retry_config: { max_retries: 0 }
asset:
  $schema: odcs-3.0.2
  apiVersion: v3.0.2
  kind: DataContract
  id: things
  name: things
  version: "1.0"
  status: active
  source_type: custom
  object: things
  schema:
    - { name: id, type: integer, required: true }
    - { name: name, type: string }
  team: { owner: someone@example.com }
plugins: { sandbox: { enabled: ${sandbox} } }
`,
  });
}
