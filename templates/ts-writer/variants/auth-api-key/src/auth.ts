import { type Http, secret } from "@dativo/sdk";
import { z } from "zod";

/** What the job file has under `target.credentials`. */
export const credentials = z.object({ api_key: secret() });

/** Requests that carry the key in the header `X-Api-Key`. */
export function signIn(http: Http, { api_key }: z.infer<typeof credentials>): Http {
  return http.with({ apiKey: { header: "x-api-key", value: api_key } });
}
