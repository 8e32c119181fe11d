import { type Http, secret } from "@dativo/sdk";
import { z } from "zod";

/** What the job file has under `target.credentials`. */
export const credentials = z.object({ token: secret() });

/** Requests that carry the token as `Authorization: Bearer …`. */
export function signIn(http: Http, { token }: z.infer<typeof credentials>): Http {
  return http.with({ bearer: token });
}
