import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { findInterpreter } from "./find-interpreter.js";

describe("the interpreter of a project's plugins", () => {
  let root: string;
  const program = (...parts: string[]) => {
    const path = join(root, ...parts);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    chmodSync(path, 0o755);
    return path;
  };
  const find = (named?: string, env: NodeJS.ProcessEnv = {}, platform: NodeJS.Platform = "linux") =>
    findInterpreter({ named, projectRoot: join(root, "project"), env, platform });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dativo-interpreter-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  });

  it("is the one named, then the project's environment, the active one, and the system's", () => {
    const system = program("bin", "python3");
    const env = { PATH: `${join(root, "none")}${delimiter}${join(root, "bin")}` };
    expect(find(undefined, env)).toEqual({ command: system, args: [], origin: "python3 on PATH" });
    const active = program("active", "bin", "python");
    const activated = { ...env, VIRTUAL_ENV: join(root, "active") };
    expect(find(undefined, activated).command).toBe(active);
    const venv = program("project", "venv", "bin", "python");
    expect(find(undefined, activated).command).toBe(venv);
    const dotted = program("project", ".venv", "bin", "python");
    expect(find(undefined, activated).command).toBe(dotted);
    const named = program("project", "tools", "python");
    expect(find("tools/python", activated).command).toBe(named);
    expect(find(named, activated).command).toBe(named);
    expect(find("./venv", activated).command).toBe(venv);
    expect(find("python3", activated).command).toBe(system);
  });

  it("is the launcher's Python 3 on Windows", () => {
    const launcher = program("bin", "py.exe");
    expect(find(undefined, { Path: join(root, "bin") }, "win32")).toMatchObject({
      command: launcher,
      args: ["-3"],
    });
    const environment = program("project", ".venv", "Scripts", "python.exe");
    expect(find(undefined, {}, "win32").command).toBe(environment);
  });

  it.each([
    [undefined, "neither a virtual environment in", "Install Python 3.9"],
    ["tools/python", "is no program", "engine.options.python"],
    ["python9", "there is no such command on PATH", "engine.options.python"],
  ])("that is %s and missing is said to be", (named, message, also) => {
    program("project", "tools", "data");
    expect(() => find(named)).toThrow(
      expect.objectContaining({ code: "PLUGIN_LOAD_FAILED", message: expect.stringContaining(message) }),
    );
    expect(() => find(named)).toThrow(
      expect.toSatisfy((error) => `${error.message} ${error.hint}`.includes(also)),
    );
  });
});
