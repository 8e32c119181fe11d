import type {
  ArgumentDefinition,
  CommandDefinition,
  OptionDefinition,
  ValueKind,
} from "./command-definition.js";
import { COMMAND_TABLE, GLOBAL_OPTIONS, VERB_SUMMARIES } from "./command-table.js";

const TABLE: readonly CommandDefinition[] = COMMAND_TABLE;
const GLOBAL: readonly OptionDefinition[] = GLOBAL_OPTIONS;

/** A script that completes verbs, actions, flags, choices, job files and runs. */
export function completionScript(shell: "bash" | "zsh" | "fish"): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell]().trimEnd();
}

/** Every verb with its summary. */
function verbs(): [name: string, summary: string][] {
  const found = new Map<string, string>();
  for (const { name, summary } of TABLE) {
    const verb = name.split(" ")[0] ?? name;
    if (!found.has(verb)) found.set(verb, VERB_SUMMARIES[verb] ?? summary);
  }
  return [...found];
}

function actions(): [verb: string, names: string[]][] {
  return Object.keys(VERB_SUMMARIES).map((verb) => [
    verb,
    TABLE.filter(({ name }) => name.startsWith(`${verb} `)).map(({ name }) => name.slice(verb.length + 1)),
  ]);
}

function flags(options: readonly OptionDefinition[]): string {
  return options
    .flatMap(({ flag, short }) => (short === undefined ? [`--${flag}`] : [`--${flag}`, `-${short}`]))
    .join(" ");
}

/** What bash and zsh offer for an argument: shell code that fills COMPREPLY from `$current`. */
function bashWords(argument: ArgumentDefinition): string {
  if (argument.choices !== undefined) return `words ${argument.choices.join(" ")}`;
  const byKind: Partial<Record<ValueKind, string>> = {
    job: "jobs",
    plugin_or_job: "files",
    run: "runs",
    folder: "folders",
    file: "files",
  };
  if (argument.kind === "list")
    return `words ${verbs()
      .map(([name]) => name)
      .join(" ")}`;
  return byKind[argument.kind] ?? ":";
}

function bashScript(): string {
  const cases = TABLE.map((command) => {
    const positions = command.arguments
      .map((argument, index) => `${index}) _dativo_${bashWords(argument)} ;;`)
      .join(" ");
    const body = positions === "" ? ":" : `case $position in ${positions} esac`;
    return `    "${command.name}") flags="${flags([...command.options, ...GLOBAL])}"; [[ $current == -* ]] || { ${body}; } ;;`;
  });
  const choices = TABLE.flatMap(({ options }) => options)
    .filter(({ value }) => value?.choices !== undefined)
    .map(({ flag, value }) => `    --${flag}) _dativo_words ${value?.choices?.join(" ")}; return ;;`);
  return `# Completion of dativo for bash; load it with: source <(dativo completion bash)
_dativo_words() { COMPREPLY=( $(compgen -W "$*" -- "$current") ); }
_dativo_files() { COMPREPLY=( $(compgen -f -- "$current") ); compopt -o filenames 2>/dev/null; }
_dativo_folders() { COMPREPLY=( $(compgen -d -- "$current") ); compopt -o filenames 2>/dev/null; }
_dativo_jobs() {
  local hidden='.*'; [[ $current == .* ]] && hidden=''
  COMPREPLY=( $(compgen -d -X "$hidden" -- "$current") $(compgen -f -X '!*.@(yaml|yml)' -- "$current") )
  compopt -o filenames 2>/dev/null
}
_dativo_runs() { _dativo_words $(command ls .dativo/runs 2>/dev/null); }
_dativo() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} flags="${flags(GLOBAL)}" command="" position=0 word
  COMPREPLY=()
  case $previous in
${choices.join("\n")}
    ${valueFlags()}) return ;;
  esac
  local index skip=0
  for (( index = 1; index < COMP_CWORD; index++ )); do
    word=\${COMP_WORDS[index]}
    if (( skip )); then skip=0; continue; fi
    case $word in
      ${valueFlags()}) skip=1; continue ;;
      -*) continue ;;
    esac
    if [[ -z $command ]]; then command=$word
    elif [[ $command == @(${Object.keys(VERB_SUMMARIES).join("|")}) ]]; then command="$command $word"
    else (( position++ )); fi
  done
  case $command in
    "") [[ $current == -* ]] || _dativo_words ${verbs()
      .map(([name]) => name)
      .join(" ")} ;;
${actions()
  .map(([verb, names]) => `    "${verb}") [[ $current == -* ]] || _dativo_words ${names.join(" ")} ;;`)
  .join("\n")}
${cases.join("\n")}
  esac
  if [[ $current == -* ]]; then _dativo_words $flags; fi
}
shopt -s extglob
complete -F _dativo dativo
`;
}

/** Flags that are followed by a value, as a shell pattern. */
function valueFlags(): string {
  const names = new Set(
    TABLE.flatMap(({ options }) => options)
      .filter(({ value }) => value !== undefined)
      .map(({ flag }) => `--${flag}`),
  );
  return [...names].join("|");
}

function zshScript(): string {
  const kinds: Partial<Record<ValueKind, string>> = {
    job: "_files -g '*.(yaml|yml)'",
    plugin_or_job: "_files",
    run: "_dativo_runs",
    folder: "_files -/",
    file: "_files",
    list: "_dativo_verbs",
  };
  const specs = (command: CommandDefinition) => [
    ...[...command.options, ...GLOBAL].map(zshOption),
    ...command.arguments.map(
      ({ name, kind, choices, required }) =>
        `'${kind === "list" ? "*:" : required ? ":" : "::"}${name}:${choices === undefined ? (kinds[kind] ?? "").replaceAll("'", "'\\''") : `(${choices.join(" ")})`}'`,
    ),
  ];
  const cases = TABLE.map((command) => `    "${command.name}") _arguments ${specs(command).join(" ")} ;;`);
  const described = (entries: readonly (readonly [string, string])[]) =>
    entries.map(([name, summary]) => `'${name}:${zshText(summary)}'`).join(" ");
  return `#compdef dativo
# Completion of dativo for zsh; load it with: source <(dativo completion zsh)
_dativo_verbs() { local -a verbs; verbs=(${described(verbs())}); _describe command verbs }
_dativo_runs() { local -a runs; runs=(.dativo/runs/*(N:t)); _describe run runs }
_dativo() {
  local verb=$words[2]
  if (( CURRENT == 2 )); then
    if [[ $words[2] == -* ]]; then _arguments ${GLOBAL.map(zshOption).join(" ")}; else _dativo_verbs; fi
    return
  fi
  case $verb in
${actions()
  .map(
    ([verb, names]) => `    ${verb})
      if (( CURRENT == 3 )); then local -a actions; actions=(${described(names.map((name) => [name, TABLE.find((command) => command.name === `${verb} ${name}`)?.summary ?? ""]))}); _describe action actions; return; fi
      verb="$verb $words[3]"; shift words; (( CURRENT-- )) ;;`,
  )
  .join("\n")}
  esac
  shift words; (( CURRENT-- ))
  case $verb in
${cases.join("\n")}
  esac
}
compdef _dativo dativo
`;
}

function zshOption({ flag, short, value, summary }: OptionDefinition): string {
  const action =
    value === undefined
      ? ""
      : `:${value.placeholder.replaceAll(":", "\\:")}:${value.choices === undefined ? "" : `(${value.choices.join(" ")})`}`;
  const text = `[${zshText(summary).replaceAll("[", "\\[").replaceAll("]", "\\]")}]${action}`;
  return short === undefined ? `'--${flag}${text}'` : `'(-${short} --${flag})'{-${short},--${flag}}'${text}'`;
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
}

function fishScript(): string {
  const lines = [
    "# Completion of dativo for fish; keep it in ~/.config/fish/completions/dativo.fish",
    "complete -c dativo -f",
    ...GLOBAL.map((option) => `complete -c dativo ${fishOption(option)}`),
    ...verbs().map(
      ([name, summary]) => `complete -c dativo -n __fish_use_subcommand -a ${name} -d '${fishText(summary)}'`,
    ),
  ];
  for (const [verb, names] of actions())
    for (const name of names)
      lines.push(
        `complete -c dativo -n '__fish_seen_subcommand_from ${verb}; and not __fish_seen_subcommand_from ${names.join(" ")}' -a ${name} -d '${fishText(TABLE.find((command) => command.name === `${verb} ${name}`)?.summary ?? "")}'`,
      );
  for (const command of TABLE) {
    const condition = command.name
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
    for (const option of command.options)
      lines.push(`complete -c dativo -n '${condition}' ${fishOption(option)}`);
    for (const argument of command.arguments) {
      const words = fishWords(argument);
      if (words !== undefined) lines.push(`complete -c dativo -n '${condition}' ${words}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function fishWords({ kind, choices }: ArgumentDefinition): string | undefined {
  if (choices !== undefined) return `-a '${choices.join(" ")}'`;
  if (kind === "job") return "-k -a '(__fish_complete_suffix .yaml; __fish_complete_suffix .yml)'";
  if (kind === "plugin_or_job" || kind === "file") return "-F";
  if (kind === "folder") return "-a '(__fish_complete_directories)'";
  if (kind === "run") return "-a '(command ls .dativo/runs 2>/dev/null)'";
  if (kind === "list")
    return `-a '${verbs()
      .map(([name]) => name)
      .join(" ")}'`;
  return undefined;
}

function fishOption({ flag, short, value, summary }: OptionDefinition): string {
  const parts = [`-l ${flag}`, ...(short === undefined ? [] : [`-s ${short}`]), `-d '${fishText(summary)}'`];
  if (value !== undefined)
    parts.push(value.choices === undefined ? "-x" : `-x -a '${value.choices.join(" ")}'`);
  return parts.join(" ");
}

function fishText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
