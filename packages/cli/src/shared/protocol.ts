// What plugins get for the protocol; see shared-packages.ts.
export * from "@dativo/protocol";
