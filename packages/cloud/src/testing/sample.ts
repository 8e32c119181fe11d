import type { TestFunction } from "vitest";

/** Says whether a variant is tested, by its place among the others. */
type Keeps<Variant> = (variant: Variant, index: number) => boolean;

interface Sample {
  sample<Variant>(variants: readonly Variant[], keeps: Keeps<Variant>): readonly Variant[];
  some(keep: number, of: number, from?: number): Keeps<unknown>;
  alternating(
    test: (name: string, run: TestFunction) => void,
    from: number,
    of?: number,
  ): (name: string, run: TestFunction) => void;
}

/** Which variants are tested; `scripts/sample.mjs` says how they are chosen. */
export const { sample, some, alternating }: Sample = await import(
  new URL("../../../../scripts/sample.mjs", import.meta.url).href
);
