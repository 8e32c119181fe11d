/** A client that can be closed, in any of the usual ways. */
interface Disposable {
  [Symbol.asyncDispose]?(): unknown;
  [Symbol.dispose]?(): unknown;
  close?(): unknown;
}

/** Closes a client by `Symbol.asyncDispose`, `Symbol.dispose` or `close()`, whichever it has first. */
export async function dispose(client: unknown): Promise<void> {
  if ((typeof client !== "object" && typeof client !== "function") || client === null) return;
  const disposable = client as Disposable;
  if (typeof disposable[Symbol.asyncDispose] === "function") await disposable[Symbol.asyncDispose]?.();
  else if (typeof disposable[Symbol.dispose] === "function") disposable[Symbol.dispose]?.();
  else if (typeof disposable.close === "function") await disposable.close();
}
