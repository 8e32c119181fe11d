import type { Row } from "@dativo/protocol";

/** Makes rows of columns of values. */
export type RowBuilder = (columns: readonly ArrayLike<unknown>[], length: number) => Row[];

/**
 * Compiles a function that makes objects with these members, all of one shape.
 *
 * An object literal in generated code is several times faster to fill than an object that grows by name.
 */
export function compileRowBuilder(names: readonly string[]): RowBuilder {
  const members = names.map((name, index) => `${key(name)}: c${index}[i]`);
  const columns = names.map((_, index) => `const c${index} = columns[${index}];`);
  return new Function(
    "columns",
    "length",
    `${columns.join("\n")}
    const rows = new Array(length);
    for (let i = 0; i < length; i++) rows[i] = { ${members.join(", ")} };
    return rows;`,
  ) as RowBuilder;
}

/** `__proto__` as a plain key would set the prototype; as a computed one it is an ordinary member. */
function key(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : JSON.stringify(name);
}
