import { type Connection, DuckDb } from "@dativo/columnar";

/** A place for one piece of work at a time, with a session on DuckDB that is opened when it is first needed. */
export class Lane {
  private session: Promise<Connection> | undefined;

  connection(): Promise<Connection> {
    this.session ??= DuckDb.shared().then((database) => database.connect());
    return this.session;
  }

  /** Ends the session; what it is at is stopped. */
  async close(): Promise<void> {
    const connection = await this.session?.catch(() => undefined);
    await connection?.close();
  }
}

/** As many lanes as pieces of work may be under way at once. */
export class Lanes {
  private readonly all: readonly Lane[];
  private readonly free: Lane[];
  private readonly waiting: ((lane: Lane) => void)[] = [];

  constructor(readonly count: number) {
    this.all = Array.from({ length: count }, () => new Lane());
    this.free = [...this.all];
  }

  /** Does some work once there is a lane for it; what it gives is the promise of its result. */
  async begin<T>(work: (lane: Lane) => Promise<T>): Promise<{ readonly result: Promise<T> }> {
    const lane = this.free.pop() ?? (await new Promise<Lane>((resolve) => void this.waiting.push(resolve)));
    const result = work(lane).finally(() => this.giveBack(lane));
    // Whoever began it may look at the result later.
    result.catch(() => undefined);
    return { result };
  }

  async close(): Promise<void> {
    for (const lane of this.all) await lane.close();
  }

  private giveBack(lane: Lane): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(lane);
    else next(lane);
  }
}
