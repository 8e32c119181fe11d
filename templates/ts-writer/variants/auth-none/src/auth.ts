import type { Http } from "@dativo/sdk";
import { z } from "zod";

/** The API asks for no credentials; the job file has none either. */
export const credentials = z.object({});

/** Requests as they are. */
export function signIn(http: Http, _credentials: z.infer<typeof credentials>): Http {
  return http;
}
