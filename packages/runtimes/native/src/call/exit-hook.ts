import { loadKoffi } from "@dativo/columnar";

let underWay = 0;
let installed = false;

/**
 * Lets this process end although a native call has not returned: Node waits at its end for every thread of its pool,
 * and a call that hangs would keep it for ever.
 */
export function noteCallBegin(): void {
  underWay += 1;
  if (installed) return;
  installed = true;
  const library = loadKoffi().load(process.platform === "win32" ? "ucrtbase.dll" : null);
  const end = library.func("void _exit(int)");
  process.on("exit", (code) => {
    if (underWay > 0) end(code);
  });
}

/** Notes that a call returned. */
export function noteCallEnd(): void {
  underWay -= 1;
}
