import type { ExtractRequest, Json } from "@dativo/protocol";

/** How far the objects of one `extract` have been read, over all its invocations. */
export class ReadProgress {
  /** Grows with each checkpoint passed on and each object that ends. */
  steps = 0;
  private records = 0;
  private readonly begun = new Set<string>();
  private readonly ended = new Set<string>();
  private readonly state: Record<string, Json>;

  constructor(private readonly wanted: ExtractRequest) {
    this.state = { ...wanted.state };
  }

  /** What is left to be read, or undefined when nothing is. */
  get request(): ExtractRequest | undefined {
    const { wanted, ended, state } = this;
    const objects = wanted.objects.filter((name) => !ended.has(name));
    if (wanted.objects.length > 0 && objects.length === 0) return undefined;
    return {
      ...wanted,
      objects,
      state: { ...state },
      ...(wanted.limit === undefined ? {} : { limit: Math.max(0, wanted.limit - this.records) }),
    };
  }

  /** Objects that were read to their end. */
  get finished(): readonly string[] {
    return [...this.ended];
  }

  /** Whether an object was read to its end, so that a later invocation which reads it again is not listened to. */
  hasEnded(object: string): boolean {
    return this.ended.has(object);
  }

  /** Takes note that an object begins; says whether it is the first time. */
  begin(object: string): boolean {
    if (this.begun.has(object)) return false;
    this.begun.add(object);
    return true;
  }

  /** Takes note of records that are passed on. */
  passed(records: number): void {
    this.records += records;
  }

  checkpoint(object: string, state: Json): void {
    this.state[object] = state;
    this.steps += 1;
  }

  end(object: string): void {
    this.ended.add(object);
    this.steps += 1;
  }
}
