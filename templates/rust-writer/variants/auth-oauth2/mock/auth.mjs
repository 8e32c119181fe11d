import { createHash } from "node:crypto";

/** Seconds that a token is valid. */
const VALID_SECONDS = 3600;

/** Gives tokens at POST /oauth/token for client id and secret, and refuses a request without one. */
export async function checkCredentials({ request, url, credentials, answer }) {
  if (url.pathname === "/oauth/token") {
    let body = "";
    for await (const chunk of request) body += chunk;
    const given = new URLSearchParams(body);
    const accepted =
      given.get("grant_type") === "client_credentials" &&
      given.get("client_id") === (credentials?.client_id ?? given.get("client_id")) &&
      given.get("client_secret") === (credentials?.client_secret ?? given.get("client_secret"));
    if (!accepted) return { error: "client_id or client_secret is wrong" };
    answer(200, { access_token: tokenOf(given), token_type: "Bearer", expires_in: VALID_SECONDS });
    return { answered: true };
  }
  return /^Bearer mock-[0-9a-f]{40}$/.test(request.headers.authorization ?? "")
    ? undefined
    : { error: "send Authorization: Bearer <token>; tokens are at POST /oauth/token" };
}

function tokenOf(given) {
  return `mock-${createHash("sha1").update(given.toString()).digest("hex")}`;
}
