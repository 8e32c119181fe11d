import type { Json, JsonObject } from "@dativo/protocol";

/** A configuration in which every web address leads to another origin; its path is kept. */
export function withOrigin(connection: JsonObject, address: string): JsonObject {
  const { origin, pathname } = new URL(address);
  const rewrite = (value: Json): Json => {
    if (typeof value === "string") {
      if (!/^https?:\/\//i.test(value)) return value;
      const url = new URL(value);
      const path =
        pathname !== "/" ? pathname : url.pathname === "/" && !value.endsWith("/") ? "" : url.pathname;
      return `${origin}${path}${url.search}`;
    }
    if (Array.isArray(value)) return value.map((item) => rewrite(item as Json));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rewrite(member as Json)]));
    return value;
  };
  return rewrite(connection) as JsonObject;
}

/** Whether a configuration has a web address anywhere. */
export function hasUrl(connection: Json): boolean {
  if (typeof connection === "string") return /^https?:\/\//i.test(connection);
  return (
    typeof connection === "object" &&
    connection !== null &&
    Object.values(connection).some((value) => hasUrl(value))
  );
}
