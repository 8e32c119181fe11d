import type { CommandHandler } from "../command.js";
import { completionScript } from "../completion-script.js";

/** `dativo completion`: a script that a shell sources. */
export const completion: CommandHandler<"completion"> = async ({ arguments: { shell } }) => {
  const script = completionScript(shell);
  return { json: () => ({ shell, script }), text: () => [script] };
};
