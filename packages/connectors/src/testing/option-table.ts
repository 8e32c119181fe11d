import { z } from "zod";

interface Property {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly anyOf?: readonly Property[];
  readonly items?: Property;
}

/** The options of a schema as a Markdown table. */
export function optionTable(schema: z.ZodType): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  }) as {
    readonly properties?: Readonly<Record<string, Property>>;
    readonly required?: readonly string[];
  };
  const rows = Object.entries(properties).map(([name, property]) => {
    const fallback =
      property.default === undefined
        ? required.includes(name)
          ? "required"
          : ""
        : `\`${JSON.stringify(property.default)}\``;
    return `| \`${name}\` | ${typeOf(property)} | ${fallback} | ${(property.description ?? "").replaceAll("|", "\\|")} |`;
  });
  return ["| Option | Type | Default | Meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function typeOf(property: Property): string {
  if (property.enum !== undefined) return property.enum.map((value) => `\`${value}\``).join(", ");
  if (property.anyOf !== undefined) return [...new Set(property.anyOf.map(typeOf))].join(" or ");
  if (property.type === "array") return `list of ${typeOf(property.items ?? {})}`;
  return property.type ?? "any";
}
