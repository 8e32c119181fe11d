/** What an argument or an option's value is, which decides how it is parsed and completed. */
export type ValueKind =
  | "job"
  | "run"
  | "object"
  | "plugin_or_job"
  | "folder"
  | "file"
  | "text"
  | "integer"
  | "list"
  | "choice";

/** A positional argument. */
export interface ArgumentDefinition {
  readonly name: string;
  readonly kind: ValueKind;
  readonly required: boolean;
  readonly summary: string;
  /** Kind `choice`: the words it may be. */
  readonly choices?: readonly string[];
}

/** A flag; without `value` it is a switch. */
export interface OptionDefinition {
  /** Long name without dashes, such as `full-refresh`. */
  readonly flag: string;
  /** One letter without its dash. */
  readonly short?: string;
  /** Its value; absent for a switch. */
  readonly value?: {
    readonly placeholder: string;
    readonly kind: ValueKind;
    /** Kind `choice`: the words it may be. */
    readonly choices?: readonly string[];
  };
  readonly summary: string;
}

/** One line to type, and what it does. */
export interface CommandExample {
  readonly line: string;
  readonly summary: string;
}

/** One verb, or one action of a verb, such as `state show`. */
export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs below the summary in help and on the reference page. */
  readonly description?: readonly string[];
  readonly arguments: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly [CommandExample, ...CommandExample[]];
}

type ParsedValue<Kind extends ValueKind> = Kind extends "integer"
  ? number
  : Kind extends "list"
    ? readonly string[]
    : string;

type CamelCase<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text;

type ValueOf<Definition extends { readonly kind: ValueKind }> = Definition extends {
  readonly choices: readonly (infer Word)[];
}
  ? Word
  : ParsedValue<Definition["kind"]>;

/** The positional arguments of a command, by name. */
export type ArgumentsOf<Command extends CommandDefinition> = {
  readonly [A in Command["arguments"][number] as A["name"]]: A["required"] extends true
    ? ValueOf<A>
    : ValueOf<A> | undefined;
};

/** The options of a command, by name in camel case; a switch that was not given is `undefined`. */
export type OptionsOf<Command extends CommandDefinition> = {
  readonly [O in Command["options"][number] as CamelCase<O["flag"]>]:
    | (O extends { readonly value: infer V extends { readonly kind: ValueKind } } ? ValueOf<V> : boolean)
    | undefined;
};
