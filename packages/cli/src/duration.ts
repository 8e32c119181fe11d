import { DativoError } from "@dativo/protocol";

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * Seconds of a duration such as `90s`, `15m`, `2h` or `30d`.
 *
 * @throws DativoError `USAGE`
 */
export function parseDuration(text: string, flag: string): number {
  const found = /^(\d+)([smhd])$/.exec(text.trim());
  if (found !== null) return Number(found[1]) * UNITS[found[2] as keyof typeof UNITS];
  throw new DativoError({
    code: "USAGE",
    message: `--${flag} ${text} is no duration.`,
    hint: "Write a number and a unit, such as 90s, 15m, 2h or 30d.",
  });
}
