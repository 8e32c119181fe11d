/** Secrets of a job by where they come from; each must never be seen outside the plugin and the target. */
export const CANARIES = {
  environment: "canary-environment-4f1d",
  dotEnv: "canary-dotenv-9a33",
  fallback: "canary-fallback-52aa",
  credential: "canary-credential-7b2e",
  number: 4829105736,
  dsn: "canary-dsn-p@ss/word",
  url: "canary-url-88c1",
  urlEncoded: "canary url&päss=1",
  targetUrl: "canary-target-url-31fe",
  query: "canary-query-key-6d0f",
  bearer: "canary-bearer.token_5~x",
  basic: "canary-basic-c0ffee",
  named: "canary-named-secret-e7",
  variable: "canary-secret-variable-b4",
  file: "canary-file-12fd",
  signs: 'canary "quote" \\back\\ /slash? $^.*+(){}[]| %41 é',
  json: "canary-inside-json-0d9b",
  pemLine: "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwcanary",
  password: "canary-connection-password-aa",
  option: "canary-option-secret-f3",
} as const;

/** A private key of several lines, of which one is the canary. */
export const PEM = `-----BEGIN PRIVATE KEY-----\n${CANARIES.pemLine}\nU29tZSBvdGhlciBsaW5lIG9mIGEga2V5IHRoYXQgaXMgbG9uZw==\n-----END PRIVATE KEY-----\n`;

/** The forms in which a text gives a secret away. */
const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  "URL-encoded": encodeURIComponent,
  "form-encoded": (secret) => new URLSearchParams({ x: secret }).toString().slice(2),
  base64: (secret) => Buffer.from(secret).toString("base64"),
  base64url: (secret) => Buffer.from(secret).toString("base64url"),
  "JSON-escaped": (secret) => JSON.stringify(secret).slice(1, -1),
  "JSON in JSON": (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
};

/** Every canary that some bytes hold, such as `dsn (base64)`. */
export function canariesIn(bytes: Buffer): string[] {
  const found = new Set<string>();
  for (const [name, secret] of Object.entries(CANARIES))
    for (const [form, encode] of Object.entries(FORMS))
      if (bytes.includes(encode(String(secret)))) found.add(`${name} (${form})`);
  if (bytes.includes(Buffer.from(`user:${CANARIES.basic}`).toString("base64")))
    found.add("basic (Authorization)");
  return [...found];
}
