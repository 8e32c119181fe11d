// What plugins get for the SDK; see shared-packages.ts.
export * from "@dativo/sdk";
