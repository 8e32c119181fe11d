/** A value as XML: members as elements, lists as repeated elements of a name. */
export function xml(value: unknown, item = "member"): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map((each) => `<${item}>${xml(each, item)}</${item}>`).join("");
  if (typeof value === "object")
    return Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => `<${name}>${xml(each, item)}</${name}>`)
      .join("");
  return String(value).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
