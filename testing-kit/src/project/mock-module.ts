import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { DativoError, type JsonObject } from "@dativo/protocol";
import type { MockSource, RunningMock } from "../plugin/subject.js";
import { loadModule } from "./load-module.js";

/** Names and folders under which a mock API is found without being named. */
const NAMES = ["mock-api", "mock", "api"];
const EXTENSIONS = ["ts", "mts", "mjs", "js"];
const FOLDERS = [".", "test", "tests", "mock"];

/** What a mock module is started with. */
export interface MockStart {
  readonly port: number;
  /** The first of the credentials that the plugin is given. */
  readonly key: string | undefined;
  readonly credentials: JsonObject;
}

/** Where the mock API of a project is, by name or by convention. */
export function findMockModule(
  named: string | undefined,
  folders: { readonly projectRoot: string; readonly jobFolder: string },
): string | undefined {
  const { projectRoot, jobFolder } = folders;
  if (named !== undefined) {
    const path = resolve(projectRoot, named);
    if (existsSync(path)) return path;
    throw new DativoError({ code: "CONFIG_INVALID", message: `mock: there is no file ${path}.` });
  }
  for (const folder of new Set([jobFolder, projectRoot]))
    for (const below of FOLDERS)
      for (const name of NAMES)
        for (const extension of EXTENSIONS) {
          const path = join(folder, below, `${name}.${extension}`);
          if (existsSync(path)) return path;
        }
  return undefined;
}

/**
 * A mock API that a module exports: `startApi(options)`, `start(options)`, or as its default a `mockApi()` or a
 * function that starts one. Started, it has a `url` and a `close()`.
 *
 * @throws DativoError `CONFIG_INVALID` when it exports none of them
 */
export async function mockFromModule(
  path: string,
  projectRoot: string,
  start: Omit<MockStart, "port">,
): Promise<MockSource> {
  const module = await loadModule(path);
  const name = relative(projectRoot, path) || path;
  const candidates = [
    module.startApi,
    module.start,
    module.default,
    startOf(module.default),
    startOf(module.api),
  ];
  const starter = candidates.find((candidate) => typeof candidate === "function") as
    | ((options: MockStart) => unknown)
    | undefined;
  if (starter === undefined)
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `${name} exports no mock API.`,
      hint: "Export startApi({ port, key }) that returns { url, close() }, or a mockApi(…) as default.",
    });
  return {
    name,
    start: async () => {
      const running = (await starter({ port: 0, ...start })) as Partial<RunningMock> | undefined;
      if (typeof running?.url !== "string" || typeof running.close !== "function")
        throw new DativoError({
          code: "CONFIG_INVALID",
          message: `${name} started, but did not return { url, close() }.`,
        });
      return running as RunningMock;
    },
  };
}

function startOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("start" in value)) return undefined;
  const { start } = value;
  return typeof start === "function" ? start.bind(value) : undefined;
}
