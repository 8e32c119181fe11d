// What plugins get for zod; see shared-packages.ts.
export * from "zod";
export { default } from "zod";
