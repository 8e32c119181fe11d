const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** Megabytes (2^20 bytes) in an amount such as `512Mi`, `256M` or `1Gi`; undefined when it is none. */
export function parseMemory(amount: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+)(k|M|G|Ki|Mi|Gi)?$/.exec(amount) ?? [];
  if (digits === undefined) return undefined;
  // The service reads M and G as binary units too.
  const size = UNITS[unit === "M" || unit === "G" ? `${unit}i` : unit]!;
  return (Number(digits) * size) / 2 ** 20;
}
