import type { CommandHandler } from "./command.js";
import type { CommandName } from "./command-table.js";

/** Where each command lives; loaded only when it is called. */
export const COMMAND_MODULES: {
  readonly [Name in Exclude<CommandName, "help">]: () => Promise<CommandHandler<Name>>;
} = {
  init: async () => (await import("./commands/init.js")).init,
  validate: async () => (await import("./commands/validate.js")).validate,
  check: async () => (await import("./commands/check.js")).check,
  discover: async () => (await import("./commands/discover.js")).discover,
  run: async () => (await import("./commands/run.js")).run,
  "state show": async () => (await import("./commands/state.js")).stateShow,
  "state set": async () => (await import("./commands/state.js")).stateSet,
  "state reset": async () => (await import("./commands/state.js")).stateReset,
  replay: async () => (await import("./commands/replay.js")).replay,
  "runs list": async () => (await import("./commands/runs.js")).runsList,
  "runs show": async () => (await import("./commands/runs.js")).runsShow,
  query: async () => (await import("./commands/query.js")).query,
  "cloud plan": async () => (await import("./commands/cloud-deploy.js")).cloudPlan,
  "cloud deploy": async () => (await import("./commands/cloud-deploy.js")).cloudDeploy,
  "cloud status": async () => (await import("./commands/cloud-status.js")).cloudStatus,
  "cloud logs": async () => (await import("./commands/cloud-status.js")).cloudLogs,
  "cloud gc": async () => (await import("./commands/cloud-status.js")).cloudGc,
  "cloud cost": async () => (await import("./commands/cloud-cost.js")).cloudCost,
  schema: async () => (await import("./commands/schema.js")).schema,
  doctor: async () => (await import("./commands/doctor.js")).doctor,
  completion: async () => (await import("./commands/completion.js")).completion,
};
