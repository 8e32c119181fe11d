/** Whether standard output shows colours: on a terminal, unless NO_COLOR is set. */
export function showsColour(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "0") return true;
  return process.stdout.isTTY === true;
}
