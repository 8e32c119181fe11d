/** Packages that every plugin may import without installing them, because they come with Dativo. */
export const SHIPPED: ReadonlySet<string> = new Set(["@dativo/protocol", "@dativo/sdk", "zod"]);
