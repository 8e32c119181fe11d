import type { HostContext } from "@dativo/protocol";
import type { PluginServices } from "./plugin-services.js";

/** What surrounds an instance of a class that is being constructed. */
export interface ClassSurroundings extends PluginServices {
  readonly host: HostContext;
  /** Aborted when the run is cancelled or the instance closed. */
  readonly signal: AbortSignal;
}

let current: ClassSurroundings | undefined;

/**
 * Constructs an instance of an author's class. The constructor takes only what the guide says it takes, so what
 * surrounds it is handed over here; constructors are synchronous, so no two of them can meet.
 */
export function constructWithin<T>(surroundings: ClassSurroundings, construct: () => T): T {
  const outer = current;
  current = surroundings;
  try {
    return construct();
  } finally {
    current = outer;
  }
}

/** What surrounds the instance under construction; undefined when an author constructs it by hand. */
export function currentSurroundings(): ClassSurroundings | undefined {
  return current;
}
