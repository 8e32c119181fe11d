import { duplexPair } from "node:stream";
import { FRAME, type Frame } from "@dativo/protocol";
import { expect, it } from "vitest";
import { FrameChannel } from "./frame-channel.js";

function pair() {
  const [ours, theirs] = duplexPair();
  const frames: Frame[] = [];
  const ends: unknown[] = [];
  const channel = new FrameChannel(ours, {
    frame: (frame) => frames.push(frame),
    closed: (error) => ends.push(error),
  });
  const other = new FrameChannel(theirs, { frame: () => {}, closed: () => {} });
  return { ours, theirs, frames, ends, channel, other };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

it("carries frames, and says once that the stream is over", async () => {
  const { frames, ends, other } = pair();
  other.send({ type: FRAME.cancel, header: { id: 1 } });
  await other.sendFlowing({ type: FRAME.cancel, header: { id: 2 } });
  other.end();
  await settled();
  expect(frames.map(({ header }) => header)).toEqual([{ id: 1 }, { id: 2 }]);
  expect(ends).toEqual([undefined]);
});

it("says that a stream broke off inside a frame", async () => {
  const { ends, theirs } = pair();
  theirs.write(new Uint8Array([20, 0, 0, 0, 20]));
  theirs.end();
  await settled();
  expect(ends).toEqual([expect.objectContaining({ code: "UNEXPECTED_END" })]);
});

it("sends nothing after it has closed", async () => {
  const { ours, channel, ends } = pair();
  ours.destroy();
  await settled();
  channel.send({ type: FRAME.cancel, header: { id: 1 } });
  await channel.sendFlowing({ type: FRAME.cancel, header: { id: 1 } });
  expect(ends).toHaveLength(1);
});
