import { builtinReaders, builtinWriters } from "@dativo/connectors";
import { createEngine, readJobFile } from "@dativo/engine";
import { PLUGIN } from "@dativo/protocol";
import { guardPlugin } from "@dativo/runtime-host";
import { createNativeRuntime } from "@dativo/runtime-native";
import { createNodeRuntime } from "@dativo/runtime-node";
import { createPythonRuntime } from "@dativo/runtime-python";

/** Runs a job file in this process, as the command does, and returns the seconds that the run itself took and its report. */
export async function runJob(file) {
  const job = readJobFile(file, {
    readerTypes: Object.keys(builtinReaders),
    writerTypes: Object.keys(builtinWriters),
  });
  const builtin = async (registry, type) => ({ [type]: guardPlugin((await registry[type]())[PLUGIN]) });
  const engine = createEngine({
    runtimes: [
      createNativeRuntime(),
      createPythonRuntime(),
      createNodeRuntime({
        fallbackResolveFrom: [import.meta.dirname ?? new URL(".", import.meta.url).pathname],
      }),
    ],
    builtins: {
      readers: job.source.customReader ? {} : await builtin(builtinReaders, job.source.config.type),
      writers: job.target.customWriter ? {} : await builtin(builtinWriters, job.target.config.type),
    },
  });
  const started = performance.now();
  const report = await engine.run(job);
  const seconds = (performance.now() - started) / 1000;
  if (report.exit_code !== 0) throw new Error(JSON.stringify(report.error ?? report.objects, null, 2));
  return { seconds, report };
}
