import type { Json } from "@dativo/protocol";

/**
 * The positions that the last run left, as a reader class yielded them.
 *
 * @example
 * const from = state?.get<{ updated: string }>("users")?.updated;
 */
export class IncrementalState {
  constructor(
    private readonly positions: Readonly<Record<string, Json>>,
    private readonly defaultObject: string,
  ) {}

  /**
   * The position an object was left at; undefined when it is to be read from its start.
   *
   * @param object @default the object that is being read
   */
  get<Position = Json>(object: string = this.defaultObject): Position | undefined {
    return Object.hasOwn(this.positions, object) ? (this.positions[object] as Position) : undefined;
  }

  /** Names of the objects that have a position. */
  get objects(): readonly string[] {
    return Object.keys(this.positions);
  }
}
