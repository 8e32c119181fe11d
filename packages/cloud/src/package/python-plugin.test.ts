import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { packageFunction } from "./package-function.js";
import { aws, filesOf, gcp, project, QUIET, requestFor } from "./testing/project.js";
import { wheel } from "./testing/wheel.js";

const READER = `
import json
import fakerequests
from dativo_ingest.plugins import BaseReader
from . import sibling
from .inner import deep
import shared.client
import top_level

try:
    import orjson
except ImportError:
    orjson = None

def later():
    import pandas


class Reader(BaseReader):
    pass
`;
const FILES = {
  "plugins/__init__.py": "",
  "plugins/reader.py": READER,
  "plugins/sibling.py": "from ..helpers import text",
  "plugins/inner/__init__.py": "",
  "plugins/inner/deep.py": "",
  "plugins/not_imported.py": "import nothing_at_all",
  "helpers/__init__.py": "",
  "helpers/text.py": "",
  "shared/client.py": "import shared.other",
  "shared/other.py": "",
  "top_level.py": "",
  "requirements.txt": "# what it needs\nfakerequests==1.2.0  # pinned\ndativo-ingest>=0.1\n",
};
const python = (changes = {}) => aws({ runtime: "python3.13", ...changes });
const reader = (root: string, execution: Parameters<typeof requestFor>[2] = python()) =>
  packageFunction(requestFor(root, ["plugins/reader.py:Reader"], execution), QUIET);

/** Lets pip find these wheels, and nothing else. */
function onlyWheels(...wheels: Readonly<Record<string, Uint8Array>>[]): void {
  const folder = project(Object.assign({}, ...wheels));
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_FIND_LINKS", folder);
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe("the package of a Python plugin", () => {
  it("holds what it imports, its dependencies and the host", async () => {
    onlyWheels(wheel("fakerequests", "1.2.0"), wheel("fakerequests", "1.3.0"));
    const found = await reader(project(FILES));
    const files = filesOf(found);
    const below = (folder: string) =>
      [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
    expect(below("project")).toEqual([
      "project/helpers/__init__.py",
      "project/helpers/text.py",
      "project/plugins/__init__.py",
      "project/plugins/inner/__init__.py",
      "project/plugins/inner/deep.py",
      "project/plugins/reader.py",
      "project/plugins/sibling.py",
      "project/shared/client.py",
      "project/shared/other.py",
      "project/top_level.py",
    ]);
    expect(below("lib")).toEqual([
      "lib/fakerequests-1.2.0.dist-info/METADATA",
      "lib/fakerequests-1.2.0.dist-info/WHEEL",
      "lib/fakerequests/__init__.py",
    ]);
    expect(files.has("dativo_ingest/plugins.py")).toBe(true);
    expect(found.notices).toEqual([]);
    expect(found.manifest.plugins).toEqual([
      {
        kind: "reader",
        reference: "plugins/reader.py:Reader",
        language: "python",
        entry: "project/plugins/reader.py",
        name: "Reader",
      },
    ]);
  });

  it("is the same wherever the project lies", async () => {
    onlyWheels(wheel("fakerequests", "1.2.0"));
    expect((await reader(project(FILES))).sha256).toBe((await reader(project(FILES))).sha256);
  });

  it("says which versions are left open, and keeps to those it took", async () => {
    const open = { ...FILES, "requirements.txt": "fakerequests>=1\n" };
    const root = project(open);
    const wheels = project(wheel("fakerequests", "1.2.0"));
    vi.stubEnv("PIP_NO_INDEX", "1");
    vi.stubEnv("PIP_FIND_LINKS", wheels);
    onTestFinished(() => void vi.unstubAllEnvs());
    const first = await reader(root);
    expect(first.notices).toMatchObject([/requirements\.txt leaves versions open \(fakerequests>=1\)/]);
    for (const [name, bytes] of Object.entries(wheel("fakerequests", "1.3.0")))
      writeFileSync(join(wheels, name), bytes);
    expect((await reader(root)).sha256).toBe(first.sha256);
    expect((await reader(project(open))).sha256).not.toBe(first.sha256);
  });

  it("takes the requirements of a pyproject.toml beside the plugin", async () => {
    onlyWheels(wheel("fakerequests", "1.2.0"));
    const { "requirements.txt": _, ...rest } = FILES;
    const root = project({
      ...rest,
      "plugins/pyproject.toml":
        '[project]\nname = "p"\ndependencies = ["fakerequests==1.2.0", "dativo_ingest"]\n',
    });
    expect(filesOf(await reader(root)).has("lib/fakerequests/__init__.py")).toBe(true);
  });

  it("is started by the Functions Framework at Google", async () => {
    onlyWheels(wheel("fakerequests", "1.2.0"));
    const found = await reader(project(FILES), gcp({ runtime: "python313" }));
    expect(found.handler).toBe("dativo");
    expect(filesOf(found).get("requirements.txt")).toMatch(/^functions-framework==\d/);
  });
});

describe("a Python plugin that would fail inside the function", () => {
  it("is refused when it imports what nothing brings", async () => {
    const { "requirements.txt": _, ...rest } = FILES;
    await expect(reader(project(rest))).rejects.toMatchObject({
      code: "CLOUD_PACKAGE_FAILED",
      message: "plugins/reader.py:3 imports fakerequests, which no requirements.txt or pyproject.toml lists.",
      hint: expect.stringContaining("requirements.txt beside the plugin"),
    });
  });

  it("is refused when there is no wheel for the function's Python and machine", async () => {
    onlyWheels(wheel("fakerequests", "1.2.0", "cp39-cp39-manylinux2014_x86_64"));
    await expect(reader(project(FILES))).rejects.toMatchObject({
      code: "CLOUD_PACKAGE_FAILED",
      message: expect.stringMatching(/^requirements\.txt cannot be installed for AWS Lambda python3\.13: /),
      hint: expect.stringContaining("wheel of fakerequests==1.2.0 for Python 3.13 on Linux x86_64"),
    });
  });

  it("takes wheels for the function's machine, not for this one", async () => {
    onlyWheels(wheel("fakerequests", "1.2.0", "cp313-cp313-manylinux_2_28_x86_64"));
    expect(filesOf(await reader(project(FILES))).has("lib/fakerequests/__init__.py")).toBe(true);
    await expect(reader(project(FILES), python({ runtime: "python3.12" }))).rejects.toMatchObject({
      hint: expect.stringContaining("Python 3.12"),
    });
  });

  it("is refused with its line when it cannot be parsed", async () => {
    await expect(reader(project({ "plugins/reader.py": "class Reader(\n" }))).rejects.toMatchObject({
      code: "CLOUD_PACKAGE_FAILED",
      message: expect.stringContaining("line 1"),
    });
  });

  it("is refused when it is not there", async () => {
    const root = project({ "plugins/redaer.py": "" });
    mkdirSync(join(root, "other"));
    await expect(reader(root)).rejects.toMatchObject({
      code: "PLUGIN_NOT_FOUND",
      hint: expect.stringContaining("plugins/redaer.py:Reader"),
    });
  });
});
