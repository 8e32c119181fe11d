import { defineObject } from "@dativo/sdk";
import { z } from "zod";
import type { ApiClient } from "../client.js";

const schema = z.object({
  id: z.string(),
  name: z.string(),
  active: z.boolean(),
  score: z.number().nullable(),
  updated_at: z.iso.datetime(),
});

export const users = defineObject<ApiClient>()({
  description: "The users, with their latest change.",
  schema,
  key: ["id"],
  // Later runs ask for what changed since the greatest value delivered; records that share it are not doubled.
  cursor: "updated_at",
  order: "ascending",
  read: ({ client, since }) => client.pages<z.input<typeof schema>>("/users", since),
});
