import { type GcpAnswer, GcpError, type GcpRequest, type GcpService, gcpJson } from "./gcp-exchange.js";
import { claimsOf, type Identity } from "./identity.js";

/** Where a key of a service account is turned into tokens. The signature of the key is not verified. */
export class TokenService implements GcpService {
  readonly name = "oauth2";

  constructor(private readonly identity: Identity) {}

  operationOf({ method, path }: GcpRequest) {
    return method === "POST" && path === "/token" ? { operation: "Token", input: {} } : undefined;
  }

  answer(_operation: string, _input: unknown, { body }: GcpRequest): GcpAnswer {
    const assertion = new URLSearchParams(body.toString("utf8")).get("assertion") ?? "";
    const { iss, target_audience: audience } = claimsOf(assertion) as {
      iss?: string;
      target_audience?: string;
    };
    if (iss === undefined) throw new GcpError("INVALID_ARGUMENT", "The assertion names no issuer.");
    return gcpJson(
      audience === undefined
        ? { access_token: this.identity.accessToken(iss), expires_in: 3599, token_type: "Bearer" }
        : { id_token: this.identity.idToken(iss, audience) },
    );
  }
}
