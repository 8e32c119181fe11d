import { DativoError } from "@dativo/protocol";
import { dispose } from "./dispose.js";

/** Milliseconds that closing waits for a client that is still being opened. */
const OPENING_GRACE_MS = 500;

/** Milliseconds that cleaning up may take once the host has cancelled. */
const CLEANUP_MS = 5000;

/**
 * The client of one instance: opened at first use, closed once, whatever happens in between.
 *
 * Closing aborts `signal`, which every operation of the instance follows.
 */
export class Lifetime<Client> {
  /** Aborted when the run is cancelled or the instance is closed. */
  readonly signal: AbortSignal;
  private readonly closing = new AbortController();
  private opened: Promise<Client> | undefined;
  private closed: Promise<void> | undefined;

  constructor(
    private readonly hostSignal: AbortSignal,
    private readonly openClient: (signal: AbortSignal) => Client | Promise<Client>,
    private readonly closeClient: (client: Client) => unknown = dispose,
  ) {
    this.signal = AbortSignal.any([hostSignal, this.closing.signal]);
  }

  /** The client, opened at the first call; an opening that failed may be tried again. */
  client(): Promise<Client> {
    if (this.closed !== undefined)
      return Promise.reject(
        new DativoError({ code: "INTERRUPTED", message: "The plugin was used after it was closed." }),
      );
    this.opened ??= Promise.resolve()
      .then(() => this.openClient(this.signal))
      .catch((error: unknown) => {
        this.opened = undefined;
        throw error;
      });
    return this.opened;
  }

  /** The signal of one operation: aborted by its own signal, by the host or by closing. */
  operation(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([this.signal, signal]);
  }

  /** The signal of an operation that cleans up: when the host has cancelled it is still carried out. */
  cleanup(signal: AbortSignal): AbortSignal {
    const patience = this.hostSignal.aborted ? [AbortSignal.timeout(CLEANUP_MS)] : [];
    return AbortSignal.any([this.closing.signal, signal, ...patience]);
  }

  /** Cancels what is under way and closes the client, once. */
  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    const { opened } = this;
    this.closing.abort(new DativoError({ code: "INTERRUPTED", message: "The plugin was closed." }));
    if (opened === undefined) return;
    const closed = opened.then(
      (client) => this.closeClient(client),
      () => undefined, // it never opened, so there is nothing to close
    );
    await Promise.race([closed, this.stillOpening(opened)]);
  }

  /** Settles when opening ignores the cancellation; should it succeed later, the client is closed even then. */
  private stillOpening(opened: Promise<Client>): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, OPENING_GRACE_MS);
      const settled = () => clearTimeout(timer);
      opened.then(settled, settled);
    });
  }
}
