import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AUTHS } from "../answers/choices.js";
import { runProcess } from "../commands/run-process.js";
import { conflictedFiles, type OpenProject } from "./open-project.js";
import { hashOf } from "./scaffold-record.js";

/** One thing that was looked at. */
export interface ProjectCheck {
  readonly title: string;
  /** `note` is worth knowing and no problem. */
  readonly status: "ok" | "note" | "failed";
  readonly detail: string;
  readonly todo?: string;
}

/** Oldest versions that a project runs with. */
const NODE_FLOOR = [20, 19] as const;
const RUST_FLOOR = [1, 88] as const;
const PYTHON_FLOOR = [3, 9] as const;

/** Version of the plugin contract that this scaffolder's templates are for, and the one before. */
const CONTRACT_VERSIONS = [1];

/** Looks at the machine and at a project; changes nothing. */
export async function checkProject(project: OpenProject): Promise<ProjectCheck[]> {
  const { record } = project;
  const { lang, pm } = record.answers;
  return [
    floorCheck("Node", process.versions.node, NODE_FLOOR, "Install a newer Node: https://nodejs.org"),
    await programCheck(pm, [0, 0], `Install ${pm}, or name another package manager.`, project),
    ...(lang === "rust"
      ? [await programCheck("cargo", RUST_FLOOR, "Install Rust: https://rustup.rs", project)]
      : []),
    ...(lang === "python"
      ? [
          await programCheck(
            process.platform === "win32" ? "python" : "python3",
            PYTHON_FLOOR,
            "Install Python 3.9 or newer.",
            project,
          ),
        ]
      : []),
    ...packageChecks(project),
    contractCheck(project),
    templateCheck(project),
    conflictCheck(project),
    credentialsCheck(project),
    driftCheck(project),
  ];
}

async function programCheck(
  program: string,
  floor: readonly [number, number],
  todo: string,
  { folder }: OpenProject,
): Promise<ProjectCheck> {
  const { code, output } = await runProcess(program, ["--version"], { cwd: folder.root });
  const version = /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
  if (code !== 0 || version === undefined)
    return { title: program, status: "failed", detail: "is not there", todo };
  return floorCheck(program, version, floor, todo);
}

function floorCheck(
  title: string,
  version: string,
  floor: readonly [number, number],
  todo: string,
): ProjectCheck {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const old = major < floor[0] || (major === floor[0] && minor < floor[1]);
  return old
    ? { title, status: "failed", detail: `${version} is older than ${floor.join(".")}`, todo }
    : { title, status: "ok", detail: version };
}

/** The packages of Dativo that are installed must be of one minor version: they are released together. */
function packageChecks(project: OpenProject): ProjectCheck[] {
  const { folder, record } = project;
  const wanted = ["dativo", "@dativo/testing-kit", ...(record.answers.lang === "ts" ? ["@dativo/sdk"] : [])];
  if (!existsSync(join(folder.root, "node_modules")))
    return [
      {
        title: "packages",
        status: "failed",
        detail: "are not installed",
        todo: `${record.answers.pm} install`,
      },
    ];
  const expected = minorOf(record.version);
  return wanted.map((title) => {
    const version = installedVersion(folder.root, title);
    if (version === undefined)
      return { title, status: "failed", detail: "is not installed", todo: `${record.answers.pm} install` };
    if (minorOf(version) !== expected)
      return {
        title,
        status: "failed",
        detail: `${version} does not go with a project of ${record.version}`,
        todo: "npx create-dativo-plugin upgrade, then install",
      };
    return { title, status: "ok", detail: version };
  });
}

/** Package managers link packages, so that links are followed here. */
function installedVersion(root: string, name: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Versions below 1 may break with the minor number, later ones with the major number. */
function minorOf(version: string): string {
  const [major = "0", minor = "0"] = version.split(".");
  return major === "0" ? `0.${minor}` : major;
}

function contractCheck({ folder, record }: OpenProject): ProjectCheck {
  const title = "contract";
  let api: unknown;
  try {
    api = JSON.parse(folder.read("package.json") ?? "{}").dativo?.api;
  } catch {
    return {
      title,
      status: "failed",
      detail: "package.json is no JSON document",
      todo: "Mend package.json.",
    };
  }
  if (CONTRACT_VERSIONS.includes(api as number)) return { title, status: "ok", detail: `version ${api}` };
  if (api === undefined && record.answers.lang !== "ts")
    return { title, status: "ok", detail: "declared by the plugin itself" };
  return {
    title,
    status: "failed",
    detail: `package.json declares version ${JSON.stringify(api) ?? "none"}, and there is ${CONTRACT_VERSIONS.join(", ")}`,
    todo: `Put "dativo": { "api": ${CONTRACT_VERSIONS[0]} } into package.json, or upgrade.`,
  };
}

function templateCheck({ record, bundle }: OpenProject): ProjectCheck {
  const title = "template";
  return record.version === bundle.version
    ? { title, status: "ok", detail: record.version }
    : {
        title,
        status: "note",
        detail: `${record.version}, and this is ${bundle.version}`,
        todo: "npx create-dativo-plugin upgrade",
      };
}

function conflictCheck(project: OpenProject): ProjectCheck {
  const files = conflictedFiles(project);
  return files.length === 0
    ? { title: "merges", status: "ok", detail: "no conflict markers" }
    : {
        title: "merges",
        status: "failed",
        detail: `conflict markers in ${files.join(", ")}`,
        todo: "Resolve them.",
      };
}

function credentialsCheck({ record }: OpenProject): ProjectCheck {
  const { auth, name } = record.answers;
  const prefix = name.replaceAll("-", "_").toUpperCase();
  const unset = AUTHS[auth].keys
    .map((key) => `${prefix}_${key.toUpperCase()}`)
    .filter((variable) => process.env[variable] === undefined);
  return unset.length === 0
    ? { title: "credentials", status: "ok", detail: auth === "none" ? "none are needed" : "are set" }
    : {
        title: "credentials",
        status: "note",
        detail: `${unset.join(", ")} not set; only the real API needs them`,
      };
}

/** What differs from the files as they were made: what an upgrade will merge. */
function driftCheck({ folder, record }: OpenProject): ProjectCheck {
  const states = Object.entries(record.files).map(([path, hash]) => {
    const text = folder.read(path);
    return { path, state: text === undefined ? "deleted" : hashOf(text) === hash ? "same" : "changed" };
  });
  const named = (wanted: string) => states.filter(({ state }) => state === wanted).map(({ path }) => path);
  const [changed, deleted] = [named("changed"), named("deleted")];
  if (changed.length + deleted.length === 0)
    return { title: "drift", status: "ok", detail: `${states.length} files as they were made` };
  const parts = [
    ...(changed.length > 0 ? [`changed: ${changed.join(", ")}`] : []),
    ...(deleted.length > 0 ? [`deleted: ${deleted.join(", ")}`] : []),
  ];
  return { title: "drift", status: "note", detail: parts.join("; ") };
}
