/** Milliseconds after which a line without its end is passed on all the same. */
const PATIENCE_MS = 20;

/** Takes text as it comes and passes on whole lines: programs write a line and its end one after the other. */
export function wholeLines(pass: (lines: string) => void): (text: string) => void {
  let rest = "";
  let timer: NodeJS.Timeout | undefined;
  return (text) => {
    clearTimeout(timer);
    const all = rest + text;
    const end = all.lastIndexOf("\n") + 1;
    rest = all.slice(end);
    if (end > 0) pass(all.slice(0, end));
    if (rest === "") return;
    timer = setTimeout(() => {
      pass(`${rest}\n`);
      rest = "";
    }, PATIENCE_MS);
  };
}
