import type { ArgumentsOf, OptionsOf } from "../src/command-definition.js";
import type { CommandNamed } from "../src/command-table.js";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const holds = <T extends true>(): T => true as T;

// Required arguments are there, others may be missing; choices are their words.
holds<
  Same<
    ArgumentsOf<CommandNamed<"state set">>,
    { readonly job: string; readonly object: string; readonly value: string }
  >
>();
holds<Same<ArgumentsOf<CommandNamed<"replay">>["job"], string | undefined>>();
holds<Same<ArgumentsOf<CommandNamed<"completion">>["shell"], "bash" | "zsh" | "fish">>();

// Options are in camel case, of the type of their value; switches are boolean.
type Run = OptionsOf<CommandNamed<"run">>;
holds<Same<Run["limit"], number | undefined>>();
holds<Same<Run["objects"], readonly string[] | undefined>>();
holds<Same<Run["fullRefresh"], boolean | undefined>>();
holds<Same<OptionsOf<CommandNamed<"init">>["source"], "plugin" | "csv" | undefined>>();

// @ts-expect-error an option that the table does not have
type _Unknown = Run["fullrefresh"];
