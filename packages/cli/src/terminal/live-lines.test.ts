import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { cutTo, LiveLines } from "./live-lines.js";
import { Output } from "./output.js";
import { displayWidth } from "./table.js";

function terminal(columns: number) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns });
  return { live: new LiveLines(new Output(stream, false)), written: () => String(stream.read() ?? "") };
}

it("draws over what it drew and leaves other lines above", () => {
  const { live, written } = terminal(40);
  live.draw(["a", "b"]);
  expect(written()).toBe("a\nb\n");
  live.draw(["c"]);
  expect(written()).toBe("\u001b[2A\r\u001b[0Jc\n");
  live.above("log");
  expect(written()).toBe("\u001b[1A\r\u001b[0Jlog\n");
  live.draw(["d"]);
  live.clear();
  expect(written()).toBe("d\n\u001b[1A\r\u001b[0J");
});

it("cuts lines that would wrap, keeping colour codes whole", () => {
  const { live, written } = terminal(10);
  live.draw(["0123456789abc"]);
  expect(written()).toBe("01234567…\n");
  const cut = cutTo("\u001b[31m0123456789\u001b[39m", 5);
  expect(cut).toBe("\u001b[31m0123…\u001b[39m");
  expect(displayWidth(cut)).toBe(5);
});
