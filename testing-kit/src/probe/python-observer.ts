import { createServer, type Socket } from "node:net";
import { delimiter } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The folder whose `sitecustomize.py` Python imports when it starts. */
const FOLDER = fileURLToPath(new URL("../../python/", import.meta.url));

/** What the observer in a Python process says of it. */
export interface PythonState {
  readonly pid: number;
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  readonly threads: readonly string[];
  /** Blocks of memory that Python's allocator has handed out. */
  readonly blocks: number;
}

/** Listens to an observer in the Python process that is started next. */
export class PythonObserver {
  readonly events: string[] = [];
  /** The state in which the process started, before it loaded anything. */
  start: PythonState | undefined;
  private socket: Socket | undefined;
  private answered: ((state: PythonState) => void) | undefined;
  private readonly connected: Promise<Socket>;

  private constructor(server: ReturnType<typeof createServer>) {
    this.connected = new Promise((resolve) => {
      server.once("connection", (socket) => {
        server.close();
        socket.unref();
        this.socket = socket;
        createInterface({ input: socket }).on("line", (line) => this.take(line));
        // It goes away with its process.
        socket.on("error", () => {});
        resolve(socket);
      });
    });
  }

  /** Sets the environment so that the next Python process of this one has an observer. */
  static async listen(): Promise<PythonObserver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    server.unref();
    const address = server.address();
    process.env.DATIVO_TEST_OBSERVER = String(typeof address === "object" ? address?.port : "");
    const { PYTHONPATH } = process.env;
    process.env.PYTHONPATH = PYTHONPATH === undefined ? FOLDER : `${FOLDER}${delimiter}${PYTHONPATH}`;
    return new PythonObserver(server);
  }

  /** The state of the process. */
  async ask(): Promise<PythonState> {
    const socket = await this.connected;
    return new Promise((resolve, reject) => {
      socket.once("close", () => reject(new Error("The process of the plugin has ended.")));
      this.answered = resolve;
      socket.write("state\n");
    });
  }

  close(): void {
    this.socket?.destroy();
  }

  private take(line: string): void {
    const message = JSON.parse(line) as {
      readonly event?: string;
      readonly start?: PythonState;
      readonly state?: PythonState;
    };
    if (message.event !== undefined) this.events.push(message.event);
    if (message.start !== undefined) this.start = message.start;
    if (message.state !== undefined) this.answered?.(message.state);
  }
}
