import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables of the process, completed from the `.env` files of the folders given.
 *
 * The process wins over every file, and an earlier folder over a later one.
 */
export function loadEnvironment(env: Environment, folders: readonly string[]): Environment {
  const result: Record<string, string | undefined> = { ...env };
  for (const folder of new Set(folders))
    for (const [name, value] of Object.entries(readEnvFile(join(folder, ".env"))))
      if (result[name] === undefined) result[name] = value;
  return result;
}

function readEnvFile(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch {
    // No .env file, or not one that can be read: variables it would have set are reported as unset, by name.
    return {};
  }
}
