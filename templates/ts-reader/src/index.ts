import { defineReader } from "@dativo/sdk";
import { z } from "zod";
import { credentials, signIn } from "./auth.js";
import { ApiClient } from "./client.js";
//= {{#each sortedObjects}}
//= import { {{name}} } from "./objects/{{name}}.js";
//= {{/each}}
import { users } from "./objects/users.js";
//=

export default defineReader({
  name: "acme-reader",
  version: "0.1.0",
  description: "Reads users from the Acme API.",
  config: {
    connection: z.object({ base_url: z.url() }),
    credentials,
    options: z.object({ page_size: z.int().min(1).max(1000).default(100) }),
  },
  open: ({ config, http }) =>
    new ApiClient(
      signIn(http.with({ baseUrl: config.connection.base_url }), config.credentials),
      config.options.page_size,
    ),
  check: async ({ client }) => ({ success: true, message: `API ${await client.version()}` }),
  objects: {
    //= {{#each objects}}
    //= {{name}},
    //= {{/each}}
    users,
    //=
  },
});
