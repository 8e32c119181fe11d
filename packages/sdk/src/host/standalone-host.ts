import { type HostContext, Redactor } from "@dativo/protocol";

/** A host for plugins that are made by hand, as in a test: it logs to standard error and never cancels. */
export function standaloneHost(): HostContext {
  const redactor = new Redactor();
  return {
    signal: new AbortController().signal,
    log: ({ level, source, message, fields }) => {
      const rest = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
      process.stderr.write(`${level} ${source ?? "plugin"}: ${message}${rest}\n`);
    },
    redactor,
    run: { id: "standalone", job: "standalone" },
    projectRoot: process.cwd(),
  };
}
