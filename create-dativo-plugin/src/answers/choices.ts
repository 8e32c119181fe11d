/** What may be chosen, with what a prompt says of it. */
export const LANGUAGES = {
  ts: { label: "TypeScript", hint: "runs in Node, quickest to change" },
  rust: { label: "Rust", hint: "a shared library without unsafe code" },
  python: { label: "Python", hint: "the plugin development guide's form" },
} as const;

export const KINDS = {
  reader: { label: "Reader", hint: "gets records out of a system" },
  writer: { label: "Writer", hint: "puts records into a system" },
} as const;

/** How the API is signed in to; `keys` are those of `credentials` in the job file. */
export const AUTHS = {
  bearer: { label: "Bearer token", hint: "Authorization: Bearer …", keys: ["token"] },
  "api-key": { label: "API key", hint: "in a header", keys: ["api_key"] },
  basic: { label: "User name and password", hint: "Authorization: Basic …", keys: ["username", "password"] },
  oauth2: { label: "OAuth 2", hint: "client credentials", keys: ["client_id", "client_secret"] },
  none: { label: "None", hint: "the API is open", keys: [] },
} as const;

export const LICENSES = {
  "Apache-2.0": { label: "Apache-2.0", hint: "permissive, with a patent grant" },
  MIT: { label: "MIT", hint: "permissive" },
  none: { label: "None", hint: "all rights reserved" },
} as const;

export const MODES = {
  append: { label: "append", hint: "adds to what is there" },
  replace: { label: "replace", hint: "what is there goes when the new records are complete" },
  merge: { label: "merge", hint: "records with a known key replace the old ones" },
} as const;

export const PACKAGE_MANAGERS = {
  npm: { run: "npm run", test: "npm test", ci: "npm ci", create: "npm create dativo-plugin", exec: "npx" },
  pnpm: {
    run: "pnpm run",
    test: "pnpm test",
    ci: "pnpm install --frozen-lockfile",
    create: "pnpm create dativo-plugin",
    exec: "pnpm exec",
  },
  yarn: {
    run: "yarn run",
    test: "yarn test",
    ci: "yarn install --immutable",
    create: "yarn create dativo-plugin",
    exec: "yarn exec",
  },
  bun: {
    run: "bun run",
    test: "bun run test",
    ci: "bun install --frozen-lockfile",
    create: "bun create dativo-plugin",
    exec: "bunx",
  },
} as const;

export type Language = keyof typeof LANGUAGES;
export type Kind = keyof typeof KINDS;
export type Auth = keyof typeof AUTHS;
export type License = keyof typeof LICENSES;
export type Mode = keyof typeof MODES;
export type PackageManager = keyof typeof PACKAGE_MANAGERS;
