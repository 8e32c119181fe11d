import { createSign, createVerify, generateKeyPairSync, randomBytes } from "node:crypto";

/** What an ID token says. */
export interface IdTokenClaims {
  readonly aud: string;
  readonly email: string;
  readonly exp: number;
}

/** Issues access tokens and ID tokens, and recognises them. */
export class Identity {
  private readonly keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  private readonly accounts = new Map<string, string>();

  /** PEM of the key that ID tokens are signed with. */
  get publicKey(): string {
    return this.keys.publicKey;
  }

  /** A token for calls of APIs. */
  accessToken(account: string): string {
    const token = `ya29.${randomBytes(24).toString("base64url")}`;
    this.accounts.set(token, account);
    return token;
  }

  /** The account that an access token was issued to. */
  accountOf(token: string): string | undefined {
    return this.accounts.get(token);
  }

  /** A token that proves to an audience who somebody is. */
  idToken(account: string, audience: string): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: "https://accounts.google.com",
      aud: audience,
      azp: account,
      sub: account,
      email: account,
      email_verified: true,
      iat: now,
      exp: now + 3600,
    };
    const signed = `${encoded({ alg: "RS256", kid: "emulator", typ: "JWT" })}.${encoded(claims)}`;
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(this.keys.privateKey, "base64url")}`;
  }

  /** What an ID token says; undefined when it is not one of this emulator, or has expired. */
  verify(token: string): IdTokenClaims | undefined {
    const [head, claims, signature] = token.split(".");
    if (signature === undefined) return undefined;
    const genuine = createVerify("RSA-SHA256")
      .update(`${head}.${claims}`)
      .verify(this.keys.publicKey, signature, "base64url");
    if (!genuine) return undefined;
    const said = decoded(claims!) as IdTokenClaims;
    return said.exp * 1000 > Date.now() ? said : undefined;
  }
}

/** The claims of any token, unverified. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return decoded(token.split(".")[1] ?? "") as Record<string, unknown>;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decoded(text: string): unknown {
  return JSON.parse(Buffer.from(text, "base64url").toString("utf8") || "{}");
}
