import { type Http, secret } from "@dativo/sdk";
import { z } from "zod";

/** What the job file has under `target.credentials`. */
export const credentials = z.object({ username: z.string().min(1), password: secret() });

/** Requests that carry user name and password as `Authorization: Basic …`. */
export function signIn(http: Http, { username, password }: z.infer<typeof credentials>): Http {
  return http.with({ basic: { username, password } });
}
