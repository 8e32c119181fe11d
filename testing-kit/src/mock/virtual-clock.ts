/** A clock that only moves when it is told to, so that quotas and expiring tokens need no waiting. */
export class VirtualClock {
  private time: number;

  /** @param start Instant it starts at. @default 2026-01-01T00:00:00Z */
  constructor(start: string | number | Date = "2026-01-01T00:00:00Z") {
    this.time = new Date(start).getTime();
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.time;
  }

  /** Moves on by so many seconds. */
  advance(seconds: number): void {
    this.time += seconds * 1000;
  }

  /** Moves to an instant, also back. */
  set(instant: string | number | Date): void {
    this.time = new Date(instant).getTime();
  }
}
