/** A value as XML: members as elements, lists as repeated elements of a name, or side by side where it is empty. */
export function xml(value: unknown, item = "member"): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value))
    return value
      .map((each) => (item === "" ? xml(each, item) : `<${item}>${xml(each, item)}</${item}>`))
      .join("");
  if (typeof value === "object")
    return Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => `<${name}>${xml(each, item)}</${name}>`)
      .join("");
  return String(value).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The texts of all elements of a name. */
export function elements(text: string, name: string): readonly string[] {
  return [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, content = ""]) =>
    unescaped(content),
  );
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return NAMED[name] ?? whole;
  });
}
