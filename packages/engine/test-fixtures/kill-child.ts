import { type KillScenario, runScenario } from "./kill-scenario.js";

const report = await runScenario(JSON.parse(process.argv[2] ?? "{}") as KillScenario);
process.exitCode = report.exit_code;
