/**
 * Handles what nothing else caught, while nobody else does: the guards around plugins take over for as long as they
 * listen themselves.
 */
export function installLastResort(onUncaught: (thrown: unknown) => void): void {
  const event = "uncaughtException";
  process.on(event, onUncaught);
  process.on("newListener", (added, listener) => {
    if (added === event && listener !== onUncaught) process.off(event, onUncaught);
  });
  process.on("removeListener", (removed, listener) => {
    if (removed === event && listener !== onUncaught && process.listenerCount(event) === 0)
      process.on(event, onUncaught);
  });
}
