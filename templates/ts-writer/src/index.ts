import { defineWriter } from "@dativo/sdk";
import { z } from "zod";
import { credentials, signIn } from "./auth.js";
import { Outbox } from "./outbox.js";

export default defineWriter({
  name: "acme-writer",
  version: "0.1.0",
  description: "Writes records to the Acme API.",
  config: {
    connection: z.object({ base_url: z.url() }),
    credentials,
  },
  //= modes: [{{#each modes}}"{{name}}"{{#unless @last}}, {{/unless}}{{/each}}],
  modes: ["append"],
  //=
  // The API publishes what a token names once, however often it is asked to.
  idempotentCommit: true,
  open: ({ config, http, object, run }) =>
    new Outbox(
      signIn(http.with({ baseUrl: config.connection.base_url }), config.credentials),
      object,
      run.id,
    ),
  check: async ({ client }) => ({ success: true, message: `API ${await client.version()}` }),
  write: ({ client, batch, token, fileCounter }) => client.stage(batch.rows(), token, fileCounter),
  commit: ({ client, files, token, mode, final, schema }) =>
    client.publish(files, { token, mode, final, key: schema.key ?? [] }),
  abort: ({ client, files, scope, runId }) =>
    scope === "run" ? client.discard([`${runId}/`]) : client.discard(files.map(({ path }) => path)),
});
