/** Thin grouping of digits, as in 412 390. */
const GROUP = "\u202f";

/** A count with its digits in groups of three. */
export function formatCount(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, GROUP);
}

/** A rate in three figures, such as `38 k/s` or `1.2 M/s`. */
export function formatRate(perSecond: number): string {
  return `${formatShort(perSecond)}/s`;
}

/** A count in three figures, such as `38 k`. */
export function formatShort(count: number): string {
  for (const [size, unit] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (count >= size * 0.9995) return `${figures(count / size)} ${unit}`;
  return figures(count);
}

/** Bytes in decimal units, such as `41 MB`. */
export function formatBytes(bytes: number): string {
  for (const [size, unit] of [
    [1e12, "TB"],
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
  ] as const)
    if (bytes >= size * 0.9995) return `${figures(bytes / size)} ${unit}`;
  return `${bytes} B`;
}

/** Seconds as people say them: `11.2 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

/** "1 file", "2 files", with the count in groups. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

function figures(value: number): string {
  return value >= 9.995 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}
