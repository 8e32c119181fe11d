import { type Http, Secret, secret } from "@dativo/sdk";
import { z } from "zod";

/** What the job file has under `target.credentials`. */
export const credentials = z.object({ client_id: z.string().min(1), client_secret: secret() });

/** A token is renewed so many seconds before it expires. */
const MARGIN_SECONDS = 60;

/** Requests that carry a token of the client credentials grant, renewed before it expires. */
export function signIn(http: Http, { client_id, client_secret }: z.infer<typeof credentials>): Http {
  let token: Promise<Secret> | undefined;
  let renewAt = 0;
  const fetchToken = async () => {
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id });
    body.set("client_secret", client_secret.reveal());
    const answer = await http.json<{ access_token: string; expires_in?: number }>("/oauth/token", {
      method: "POST",
      body,
      // Asking twice for a token does no harm, so a failed attempt may be repeated.
      idempotent: true,
    });
    renewAt = Date.now() + ((answer.expires_in ?? 3600) - MARGIN_SECONDS) * 1000;
    return new Secret(answer.access_token);
  };
  return http.with({
    bearer: async () => {
      if (token === undefined || Date.now() >= renewAt) {
        renewAt = Number.POSITIVE_INFINITY;
        token = fetchToken();
        token.catch(() => {
          token = undefined;
        });
      }
      return await token;
    },
  });
}
