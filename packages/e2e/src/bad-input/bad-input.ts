import type { ErrorCode } from "@dativo/protocol";
import type { Project } from "../dativo.js";

/** Something that a user gets wrong, and what must be said about it. */
export interface BadInput {
  /** What is wrong; unique. */
  readonly name: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** @default ["run", "job.yaml"] */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Brings the project to where the mistake is made; what it returns is called at the end. */
  readonly prepare?: (project: Project) => Promise<(() => Promise<void> | void) | void>;
  readonly code: ErrorCode;
  /** @default 2 */
  readonly exit?: number;
  /** Texts that people must read: the place, what was wrong, what was expected, what to do. */
  readonly says: readonly (string | RegExp)[];
  /** Whether a run begins before the mistake is found. @default false */
  readonly begins?: boolean;
  /** Paths that it may leave beside what every run may. @default none */
  readonly leaves?: RegExp;
}

/** A TypeScript reader of one object whose `read` has this body. */
export function reader(
  read: string,
  options: { readonly object?: string; readonly rest?: string; readonly before?: string } = {},
): string {
  return `import { defineReader } from "@dativo/sdk";
import { z } from "zod";
${options.before ?? ""}
export default defineReader({
  name: "things",
  open: ({ config, http }) => ({ config, http }),
  ${options.rest ?? ""}
  objects: {
    things: {
      schema: z.object({ id: z.int(), name: z.string().nullable() }),
      key: ["id"],
      ${options.object ?? ""}
      async *read({ client, since, position, log }) {
        ${read}
      },
    },
  },
});
`;
}

/** A job that reads `things` with the plugin in reader.ts and writes JSON Lines; a part given replaces the usual one. */
export function job(
  parts: { readonly source?: string; readonly target?: string; readonly rest?: string } = {},
): string {
  return `name: things
source:
${parts.source ?? '  custom_reader: "reader.ts:default"\n  objects: [things]'}
target:
${parts.target ?? "  type: jsonl\n  connection: { path: ./out }"}
retry_config: { max_retries: 0 }
${parts.rest ?? ""}`;
}

/** Two good records. */
export const GOOD_READER = reader(`yield [{ id: 1, name: "a" }, { id: 2, name: null }];`);
