import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { noPython } from "./testing/interpreters.js";
import { errorOf, eventsOf, never, PythonBench, readerFile } from "./testing/python-bench.js";

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || readFileSync(stat, "utf8").split(") ").at(-1)?.[0] !== "Z";
}

async function until(condition: () => boolean, seconds = 20): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20))
    if (condition()) return true;
  return condition();
}

describe.skipIf(noPython !== undefined)(`a Python plugin (${noPython ?? "python3"})`, () => {
  it("yields records with the types that Python has them in", async () => {
    const bench = new PythonBench(
      readerFile(
        `from datetime import datetime, timezone, date
from decimal import Decimal
yield [{"id": 2**60, "f": 1.0, "at": datetime(2024, 1, 1, 0, 0, 0, 1, timezone.utc), "day": date(2024, 1, 1), "price": Decimal("1.10"), "bytes": b"\\x00"}]`,
      ),
    );
    const events = await eventsOf(await bench.reader());
    expect(events[1]).toEqual({
      type: "batch",
      object: "items",
      data: {
        form: "rows",
        rows: [
          {
            id: 2n ** 60n,
            f: 1,
            at: "2024-01-01T00:00:00.000001+00:00",
            day: "2024-01-01",
            price: "1.10",
            bytes: new Uint8Array([0]),
          },
        ],
        schema: {
          fields: [
            { name: "id", type: { kind: "integer" } },
            { name: "f", type: { kind: "number" } },
            { name: "at", type: { kind: "timestamp", zone: true } },
            { name: "day", type: { kind: "date" } },
            { name: "price", type: { kind: "decimal", precision: 38, scale: 9 } },
            { name: "bytes", type: { kind: "binary" } },
          ],
        },
      },
    });
  });

  it("raises errors with code, place and traceback, and without secrets", async () => {
    const bench = new PythonBench(readerFile('raise ValueError("key hunter22 is wrong")\nyield []'));
    bench.redactor.add("hunter22");
    const error = await errorOf(eventsOf(await bench.reader()));
    expect(error).toMatchObject({
      code: "PLUGIN_ERROR",
      retryable: false,
      message: `Plugin "Reader" failed in extract: ValueError: key [redacted] is wrong (${join(bench.root, "plugin.py")}:6)`,
      details: { plugin: "Reader", call: "extract", at: `${join(bench.root, "plugin.py")}:6` },
    });
    expect(error.details.stack).toContain("Traceback (most recent call last)");
    expect(error.details.stack).not.toContain("dativo_ingest");
    expect(error.details.stack).not.toContain("hunter22");
  });

  it("that raises in its constructor fails its check, and names the constructor", async () => {
    const bench = new PythonBench(
      readerFile(
        "yield []",
        'def __init__(self, source_config):\n    raise ValueError("base_url is required")',
      ),
    );
    const reader = await bench.reader();
    expect(await reader.check(never)).toMatchObject({ success: false, error_code: "PLUGIN_ERROR" });
    const error = await errorOf(eventsOf(reader));
    expect(error.message).toContain("failed in __init__: ValueError: base_url is required");
  });

  it.each([
    ["import nowhere_at_all", "pip install nowhere_at_all"],
    ["raise RuntimeError('at import')", "Mend the error in the plugin"],
    ["def broken(:", "Mend the error in the plugin"],
  ])("that cannot be imported says what to do: %s", async (text, hint) => {
    const error = await errorOf(new PythonBench(text).load());
    expect(error.code).toBe("PLUGIN_LOAD_FAILED");
    expect(error.hint).toContain(hint);
  });

  it("that prints megabytes is heard, and not waited for", async () => {
    const bench = new PythonBench(
      readerFile(
        `print("first", flush=True)
for n in range(60_000): print("x" * 100)
for n in range(20_000): os.write(2, b"warning\\n")
yield [{"n": 1}]`,
      ),
    );
    const events = await eventsOf(await bench.reader());
    expect(events.filter(({ type }) => type === "batch")).toHaveLength(1);
    expect(bench.logs[0]).toMatchObject({ level: "info", message: "first", source: "Reader" });
    expect(bench.logs.length).toBeLessThan(20_000);
  });

  it("that does not stop in time is ended with all that it started", async () => {
    const bench = new PythonBench(
      readerFile(
        `import subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
open("${"pids"}", "w").write(f"{os.getpid()} {child.pid}")
while True:
    try: time.sleep(60)
    except BaseException: pass
yield []`.replace('"pids"', "os.path.join(os.path.dirname(__file__), 'pids')"),
      ),
      { kind: "in_process", callTimeoutSeconds: 5 },
    );
    const error = await errorOf(eventsOf(await bench.reader()));
    expect(error.code).toBe("PLUGIN_TIMEOUT");
    const pids = readFileSync(join(bench.root, "pids"), "utf8").split(" ").map(Number);
    expect(pids).toHaveLength(2);
    expect(await until(() => !pids.some(alive))).toBe(true);
  });

  it("that is cancelled while it waits releases what it holds", async () => {
    const bench = new PythonBench(
      readerFile(
        `try:
    yield [{"n": 1}]
    time.sleep(2)
    yield [{"n": 2}]
    time.sleep(600)
finally:
    open(os.path.join(os.path.dirname(__file__), "released"), "w").close()`,
      ),
    );
    const run = new AbortController();
    const reader = await bench.reader();
    const work = (async () => {
      for await (const event of reader.extract({ objects: [], state: {} }, run.signal))
        if (event.type === "batch") run.abort();
    })();
    expect(await errorOf(work)).toMatchObject({ code: "INTERRUPTED" });
    expect(await until(() => existsSync(join(bench.root, "released")))).toBe(true);
  });

  it("that dies is named, and started again by opening it again", async () => {
    const bench = new PythonBench(
      readerFile(
        `flag = os.path.join(os.path.dirname(__file__), "died")
if not os.path.exists(flag):
    open(flag, "w").close()
    print("last words", file=sys.stderr)
    os.kill(os.getpid(), signal.SIGSEGV)
yield [{"n": 1}]`,
      ),
    );
    const plugin = await bench.load();
    const error = await errorOf(eventsOf(await bench.reader(plugin)));
    expect(error).toMatchObject({ code: "PLUGIN_CRASHED", details: { call: "extract", signal: "SIGSEGV" } });
    expect(error.message).toContain("last words");
    expect(await eventsOf(await bench.reader(plugin))).toHaveLength(3);
  });

  it("that asks for its interpreter to be another is told when there is none", async () => {
    const bench = new PythonBench(readerFile("yield []"), { kind: "in_process", python: "no/such/python" });
    expect(await errorOf(bench.load())).toMatchObject({ code: "PLUGIN_LOAD_FAILED" });
  });

  describe("in a sandbox", () => {
    it("sees the environment that it may, and all of it outside", async () => {
      process.env.PYTHON_TEST_SECRET = "visible";
      process.env.PYTHON_TEST_ALLOWED = "allowed";
      try {
        const text = readerFile(
          'yield [{"secret": os.environ.get("PYTHON_TEST_SECRET"), "allowed": os.environ.get("PYTHON_TEST_ALLOWED"), "path": "PATH" in os.environ}]',
        );
        const rows = async (bench: PythonBench) =>
          (await eventsOf(await bench.reader())).flatMap((event) =>
            event.type === "batch" && event.data.form === "rows" ? event.data.rows : [],
          );
        expect(await rows(new PythonBench(text))).toEqual([
          { secret: "visible", allowed: "allowed", path: true },
        ]);
        const sandboxed = new PythonBench(text, {
          kind: "child_process",
          environmentAllowList: ["PYTHON_TEST_ALLOWED"],
        });
        expect(await rows(sandboxed)).toEqual([{ secret: null, allowed: "allowed", path: true }]);
      } finally {
        delete process.env.PYTHON_TEST_SECRET;
        delete process.env.PYTHON_TEST_ALLOWED;
      }
    });

    it.skipIf(process.platform !== "linux")(
      "that fills its memory is told which limit it reached",
      async () => {
        const bench = new PythonBench(
          readerFile('kept = [{"n": 1}]\nyield kept\nwhile True: kept.append(bytearray(1 << 20))'),
          { kind: "child_process", memoryLimitMb: 96, callTimeoutSeconds: 60 },
        );
        const error = await errorOf(eventsOf(await bench.reader()));
        expect(error.code).toBe("PLUGIN_CRASHED");
        expect(error.message).toContain("ran out of memory");
        expect(error.hint).toContain("plugins.sandbox.memory_limit (now 96 MB)");
      },
    );
  });
});
