export type {
  ArgumentDefinition,
  CommandDefinition,
  CommandExample,
  OptionDefinition,
  ValueKind,
} from "./command-definition.js";
export { COMMAND_TABLE, type CommandName, GLOBAL_OPTIONS } from "./command-table.js";
export { main } from "./main.js";
export { referencePage } from "./reference-page.js";
