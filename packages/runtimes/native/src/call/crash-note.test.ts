import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { CallNote } from "./crash-note.js";

const root = mkdtempSync(join(tmpdir(), "dativo-notes-"));
const folder = join(root, ".dativo", "native");
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function openNote(): CallNote {
  const note = CallNote.open(root, { plugin: "usgs", file: "/libusgs.so" });
  if (note === undefined) throw new Error("no note");
  return note;
}

/** What the next run would read if this process were gone. */
function noted(): unknown {
  const [name = ""] = readdirSync(folder);
  try {
    return JSON.parse(readFileSync(join(folder, name), "utf8"));
  } catch {
    return undefined;
  }
}

const of = (call: string) => ({ plugin: "usgs", file: "/libusgs.so", call });

it("names the call that is under way, and none when the event loop came round after it", async () => {
  const note = openNote();
  expect(noted()).toBeUndefined();
  note.begin("extract");
  expect(noted()).toEqual(of("extract"));
  note.end();
  await setImmediate();
  expect(noted()).toBeUndefined();
  note.begin("next");
  expect(noted()).toEqual(of("next"));
  note.end();
  await setImmediate();
  expect(noted()).toBeUndefined();
  note.begin("next");
  expect(noted()).toEqual(of("next"));
  note.close();
  expect(readdirSync(folder)).toEqual([]);
});

it("goes on naming a call that is made again at once", async () => {
  const note = openNote();
  note.begin("next");
  note.end();
  note.begin("next");
  await setImmediate();
  expect(noted()).toEqual(of("next"));
  note.end();
  note.begin("close");
  await setImmediate();
  expect(noted()).toEqual(of("close"));
  note.end();
  note.close();
  await setImmediate();
  expect(readdirSync(folder)).toEqual([]);
});
