import { describe, expect, it } from "vitest";
import { type ReadJobOptions, readJobFile } from "./read-job-file.js";
import { errorOf, project } from "./testing/project.js";

/** A job whose `source.connection.x` is the YAML text given; what it resolves to, and the job. */
function connection(
  yaml: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
  more = "",
) {
  const job = `source:\n  type: csv\n  connection:\n    x: ${yaml}\n${more}target: { type: csv }\n`;
  const options: ReadJobOptions = { cwd: project({ "job.yaml": job, ...files }), env };
  const resolved = readJobFile("job.yaml", options);
  return { x: resolved.source.config.connection.x, job: resolved };
}

describe("variables", () => {
  it.each([
    ["${A}", { A: "1" }, "1"],
    ['"${A}-${B}"', { A: "a", B: "b" }, "a-b"],
    ['"${A:-none}"', {}, "none"],
    ['"${A:-none}"', { A: "" }, "none"],
    ['"${A}"', { A: "" }, ""],
    ['"${A:-}"', {}, ""],
    ['"${A:-${B:-deep}}"', {}, "deep"],
    ['"${A:-http://x:80/?a=b}"', {}, "http://x:80/?a=b"],
    ['"$${A}"', { A: "1" }, "${A}"],
    ['"$A $ $$ 5$"', { A: "1" }, "$A $ $$ 5$"],
    ['"${A}"', { A: "${B}", B: "no" }, "${B}"],
    ["[ '${A}' ]", { A: "1" }, ["1"]],
    ["{ '${A}': '${A}' }", { A: "1" }, { "${A}": "1" }],
  ])("%s", (yaml, env, expected) => {
    expect(connection(yaml, env as Record<string, string>).x).toEqual(expected);
  });

  it("come from the environment, then from .env beside the job, then from the project's", () => {
    const cwd = project({
      ".env": "A=project\nB=project\nC=project\n",
      "jobs/.env": "A=beside\nB=beside\n",
      "jobs/job.yaml": "source: { type: csv, objects: ['${A}', '${B}', '${C}'] }\ntarget: { type: csv }\n",
    });
    expect(readJobFile("jobs/job.yaml", { cwd, env: { A: "real" } }).source.config.objects).toEqual([
      "real",
      "beside",
      "project",
    ]);
  });

  it("become numbers and booleans where the definition of the job wants them, and text elsewhere", () => {
    const { job } = connection(
      "${N}",
      { N: "7", T: "True" },
      {},
      'checkpoint: { max_records: "${N}", max_seconds: "${N}" }\nplugins: { sandbox: { enabled: "${T}" } }\n',
    );
    expect(job.checkpointPolicy).toMatchObject({ maxRecords: 7, maxSeconds: 7 });
    expect(job.source.placement.kind).toBe("child_process");
    expect(job.source.config.connection.x).toBe("7");
  });

  it("do not make a number of text that was written as text", () => {
    expect(errorOf(() => connection("1", {}, {}, 'checkpoint: { max_records: "7" }\n')).code).toBe(
      "CONFIG_INVALID",
    );
  });

  it("are reported all at once when they are unset, each with its place", () => {
    const error = errorOf(() => connection('["${A}", "b ${B}"]'));
    expect(error.message).toBe(
      "job.yaml:4:10 source.connection.x[0]: ${A} is not set and has no default.\njob.yaml:4:20 source.connection.x[1]: ${B} is not set and has no default.",
    );
  });
});

describe("unquoted numbers where text is wanted", () => {
  it("are taken as they are written", () => {
    const cwd = project({
      "job.yaml":
        "tenant_id: 0042\nenvironment: 1.10\nsource: { type: csv, objects: [2024] }\ntarget: { type: csv }\n",
    });
    const job = readJobFile("job.yaml", { cwd, env: {} });
    expect([job.tenantId, job.environment, job.source.config.objects]).toEqual(["0042", "1.10", ["2024"]]);
  });
});

describe("secrets", () => {
  const credentials = (
    yaml: string,
    env: Record<string, string>,
    files: Record<string, string> = {},
    tenant = "tenant_id: acme\n",
  ) => {
    const cwd = project({
      "job.yaml": `${tenant}source: { type: csv, credentials: ${yaml} }\ntarget: { type: csv }\n`,
      ...files,
    });
    return readJobFile("job.yaml", { cwd, env }).source.config.credentials;
  };

  it("come from the tenant's variables before everybody's", () => {
    const env = {
      DATIVO_SECRET__GLOBAL__API_KEY: "everybody's",
      DATIVO_SECRET__ACME__API_KEY: "acme's",
      DATIVO_SECRET__OTHER__API_KEY: "other",
    };
    expect(credentials('{ k: "${secret:api_key}" }', env)).toEqual({ k: "acme's" });
    expect(credentials('{ k: "${secret:api_key}" }', env, {}, "")).toEqual({ k: "everybody's" });
    expect(credentials('{ k: "${secret:API.KEY}" }', env, {}, "tenant_id: Acme\n")).toEqual({ k: "acme's" });
  });

  it("are read in the format that the variable's name ends with", () => {
    const env = {
      DATIVO_SECRET__GLOBAL__A__JSON: ' {"user": "u", "pin": 1} ',
      DATIVO_SECRET__GLOBAL__B__env: "USER=u\n# comment\nPASSWORD='p w'\n",
      DATIVO_SECRET__GLOBAL__C__TEXT: " {1} ",
      DATIVO_SECRET__GLOBAL__D__RAW: " x ",
      DATIVO_SECRET__GLOBAL__E: '["x"]',
      DATIVO_SECRET__GLOBAL__F: "{not json",
    };
    expect(credentials('"${secret:a}"', env)).toEqual({ user: "u", pin: 1 });
    expect(credentials('"${secret:b}"', env)).toEqual({ USER: "u", PASSWORD: "p w" });
    const one = (name: string) => credentials(`{ k: "\${secret:${name}}" }`, env).k;
    expect([one("c"), one("d"), one("e"), one("f")]).toEqual(["{1}", " x ", ["x"], "{not json"]);
  });

  it("come from files after that, the tenant's first", () => {
    const files = {
      ".dativo/secrets/acme/key": "tenant\n",
      ".dativo/secrets/key.txt": "all\n",
      ".dativo/secrets/pair.json": '{"a":"b"}',
      "else/key": "elsewhere",
    };
    expect(credentials('{ k: "${secret:key}", p: "${secret:pair}" }', {}, files)).toEqual({
      k: "tenant",
      p: { a: "b" },
    });
    expect(credentials('{ k: "${secret:key}" }', {}, files, "")).toEqual({ k: "all" });
    expect(credentials('{ k: "${secret:key}" }', { DATIVO_SECRETS_DIR: "else" }, files)).toEqual({
      k: "elsewhere",
    });
    expect(
      credentials('{ k: "${secret:key}" }', { DATIVO_SECRET__GLOBAL__KEY: "environment" }, files),
    ).toEqual({ k: "environment" });
  });

  it("come from a file that is named", () => {
    const cwd = project({ "keys/a.pem": "line one\nline two\n" });
    expect(credentials(`{ k: "\${file:${cwd}/keys/a.pem}", d: "\${file:none:-d}" }`, {})).toEqual({
      k: "line one\nline two",
      d: "d",
    });
    expect(credentials('{ k: "${file:keys/b}" }', {}, { "keys/b": "b" })).toEqual({ k: "b" });
  });
});

describe("the redactor", () => {
  it("knows everything that may be secret, and leaves ordinary words", () => {
    const cwd = project({
      "job.yaml": `source:
  type: csv
  dsn: "postgres://reader:pa%24sword@db/x"
  credentials: { type: api_key, user: some-user, deep: { list: [in-a-list] }, pin: 482913, flag: "true" }
  connection:
    base_url: "https://me:url-p%40ssword@example.com/?token=query-token"
    s3: { secret_access_key: s3-secret, region: eu-west-1 }
    note: "\${MY_TOKEN}"
    plain: "\${PLAIN}"
  engine: { options: { token_url: https://example.com/token, api_key: option-key } }
target:
  type: csv
  connection: { from_file: "\${file:f}" }
`,
      f: "file-secret",
    });
    const { redactor } = readJobFile("job.yaml", {
      cwd,
      env: { MY_TOKEN: "env-token", PLAIN: "plain-value" },
    });
    const hidden = [
      "postgres://reader:pa%24sword@db/x",
      "pa$sword",
      "pa%24sword",
      "some-user",
      "in-a-list",
      "482913",
      "url-p%40ssword",
      "url-p@ssword",
      "query-token",
      "s3-secret",
      "env-token",
      "option-key",
      "file-secret",
    ];
    const shown = ["api_key", "true", "eu-west-1", "plain-value", "https://example.com/token", "csv"];
    expect(hidden.filter((text) => redactor.text(`<${text}>`).includes(text))).toEqual([]);
    expect(shown.filter((text) => !redactor.text(`<${text}>`).includes(text))).toEqual([]);
  });

  it("keeps a secret out of an error about its own value", () => {
    const text = JSON.stringify(
      errorOf(() => connection("1", { KEY: "hunter22" }, {}, 'checkpoint: { max_records: "${KEY}" }\n')),
    );
    expect(text).toContain("[redacted]");
    expect(text).not.toContain("hunter22");
  });
});
