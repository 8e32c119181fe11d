import { describe, expect, it } from "vitest";
import { BufferPool } from "./buffer-pool.js";

const MEGABYTE = 1024 * 1024;

describe("buffers", () => {
  it("are used again once they were given back, and not before", () => {
    const pool = new BufferPool();
    const [one, other] = [pool.take(1000), pool.take(1000)];
    expect(one.buffer === other.buffer).toBe(false);
    pool.give(one);
    expect(pool.take(1001) === one).toBe(true);
    expect(pool.take(1) === other).toBe(false);
    expect(pool.allocated).toBe(3);
  });

  it("have room for what is asked for; the smallest that has is taken", () => {
    const pool = new BufferPool();
    const [large, small] = [pool.take(3 * MEGABYTE), pool.take(MEGABYTE)];
    pool.give(large);
    pool.give(small);
    expect(pool.take(MEGABYTE) === small).toBe(true);
    expect(pool.take(MEGABYTE) === large).toBe(true);
    expect(pool.take(MEGABYTE + 1).length).toBeGreaterThan(MEGABYTE);
  });

  it("that have become too small make way for larger ones", () => {
    const pool = new BufferPool();
    const small = [pool.take(1), pool.take(1)];
    for (const buffer of small) pool.give(buffer);
    const large = [pool.take(MEGABYTE), pool.take(MEGABYTE)];
    for (const buffer of large) pool.give(buffer);
    expect(large.includes(pool.take(1))).toBe(true);
  });

  it("are not kept beyond what a consumer gives back at once", () => {
    const pool = new BufferPool(2 * MEGABYTE);
    const taken = Array.from({ length: 3 }, () => pool.take(MEGABYTE));
    for (const buffer of taken) pool.give(buffer);
    for (let count = 0; count < 3; count += 1) pool.take(MEGABYTE);
    expect(pool.allocated).toBe(4);
  });
});
