import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type JsonObject, parsePluginReference, Redactor } from "@dativo/protocol";
import { createNodeRuntime } from "@dativo/runtime-node";
import { createSourceConfig, createTargetConfig } from "@dativo/sdk";
import type { Subject } from "../plugin/subject.js";
import { canaryFor } from "../project/canaries.js";
import { BASES, type BaseName, type Mutant } from "./mutant.js";
import { PEOPLE_API } from "./people-api.js";

const SOURCES = fileURLToPath(new URL("../../mutants/", import.meta.url));
const HERE = dirname(fileURLToPath(import.meta.url));

/** Positions that version 1.0.0 of the class reader left. */
const RECORDED = {
  version: "1.0.0",
  states: { people: { since: "2026-01-04T10:30:00.000Z", ids: ["1140"] } },
};

/** A folder in which plugins of the bank are written and loaded from. */
export class MutantFolder implements Disposable {
  private readonly folder = mkdtempSync(join(tmpdir(), "dativo-mutants-"));

  /** A correct plugin, in the world it is made for. */
  reference(base: BaseName): Subject {
    return this.subject(base, base, readFileSync(join(SOURCES, `${base}.ts`), "utf8"));
  }

  /**
   * A mutant, in the world of its base.
   *
   * @throws Error when an edit does not fit its base
   */
  mutant({ id, base, edits }: Mutant): Subject {
    let source = readFileSync(join(SOURCES, `${base}.ts`), "utf8");
    for (const [was, is] of edits) {
      const times = source.split(was).length - 1;
      if (times !== 1)
        throw new Error(`The mutant ${id} replaces a piece that ${base}.ts has ${times} times:\n${was}`);
      source = source.replace(was, () => is);
    }
    return this.subject(id, base, source);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private subject(id: string, base: BaseName, source: string): Subject {
    const project = join(this.folder, id);
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", dativo: { api: 1 } }));
    writeFileSync(join(project, "plugin.ts"), source);
    const { kind, exportName } = BASES[base];
    const reference = parsePluginReference(`plugin.ts:${exportName}`);
    const runtime = createNodeRuntime({ fallbackResolveFrom: [HERE] });
    const common = {
      name: id,
      reference: reference.text,
      runtime: "node",
      projectRoot: project,
      load: (placement: "in_process" | "child_process") =>
        runtime.load(reference, {
          projectRoot: project,
          searchPaths: [project],
          placement: { kind: placement, callTimeoutSeconds: 30 },
          redactor: new Redactor(),
          log: () => {},
        }),
    };
    const key = canaryFor("credentials.api_key");
    const canaries = [{ key: "credentials.api_key", value: key }];
    const mock = { name: "people-api", start: () => PEOPLE_API.start({ key }) };
    const connection: JsonObject = { base_url: "http://mock.invalid" };
    if (kind === "reader") {
      const source = createSourceConfig({
        connection,
        credentials: { api_key: key },
        objects: ["people", "teams"],
      });
      return {
        ...common,
        kind,
        source,
        canaries,
        mock,
        ...(base === "reader-class" ? { recorded: RECORDED } : {}),
      };
    }
    if (base === "writer-http")
      return {
        ...common,
        kind,
        target: createTargetConfig({ connection, credentials: { api_key: key } }),
        canaries,
        mock,
      };
    return { ...common, kind, target: createTargetConfig({ credentials: { key } }), canaries };
  }
}
