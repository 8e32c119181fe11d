import { type ChildProcess, spawn } from "node:child_process";

/**
 * Reads `+ <group>` and `- <group>` and, once its input ends, kills every group that is still there. Its input ends
 * also when the process that holds the other end is killed, and then nobody else is left to do it.
 */
const SCRIPT = `
groups=" "
while read -r sign group; do
  case "$sign" in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

/** Sees to it that no process of an emulator outlives the process that runs the emulator, however that ends. */
export class ProcessReaper {
  private readonly shell: ChildProcess;

  constructor() {
    // In a group of its own, so that Ctrl-C in the terminal does not end it before its work.
    this.shell = spawn("/bin/sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    this.shell.on("error", () => {});
    this.shell.stdin?.on("error", () => {});
    this.shell.unref();
    (this.shell.stdin as unknown as { unref(): void }).unref();
  }

  /** Takes over a process that leads a group (`detached: true`), until it ends. */
  watch(child: ChildProcess): void {
    if (child.pid === undefined) return;
    this.shell.stdin?.write(`+ ${child.pid}\n`);
    child.once("exit", () => {
      // Whatever it started itself goes with it.
      killGroup(child);
      this.shell.stdin?.write(`- ${child.pid}\n`);
    });
  }

  /** Ends what is still there. */
  close(): Promise<void> {
    if (this.shell.exitCode !== null || this.shell.pid === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.shell.once("exit", () => resolve());
      this.shell.ref();
      this.shell.stdin?.end();
    });
  }
}

/** Kills a process that leads a group, and its group. */
export function killGroup(child: ChildProcess): void {
  signalGroup(child, "SIGKILL");
}

/** Sends a signal to a process that leads a group, and to its group. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}
