/** A project that can be created. */
export interface Combination {
  readonly lang: "ts" | "rust" | "python";
  readonly kind: "reader" | "writer";
  readonly auth: "none" | "api-key" | "bearer" | "basic" | "oauth2";
}

const LANGS = ["ts", "rust", "python"] as const;
const KINDS = ["reader", "writer"] as const;
const AUTHS = ["none", "api-key", "bearer", "basic", "oauth2"] as const;

/** Every language, kind and way to sign in. */
export const ALL: readonly Combination[] = LANGS.flatMap((lang) =>
  KINDS.flatMap((kind) => AUTHS.map((auth) => ({ lang, kind, auth }))),
);

/** A few of them, for every run of the tests: between them the template that is most used, and the auth that does most. */
const SAMPLE: readonly Combination[] = [{ lang: "ts", kind: "reader", auth: "oauth2" }];

/** Those to try: a sample, or all with DATIVO_SCAFFOLD=all, or some as `ts-reader`. */
export function combinations(wanted = process.env.DATIVO_SCAFFOLD): readonly Combination[] {
  if (wanted === undefined || wanted === "") return SAMPLE;
  if (wanted === "all") return ALL;
  return ALL.filter(({ lang, kind, auth }) =>
    wanted.split(",").some((name) => [`${lang}-${kind}`, `${lang}-${kind}-${auth}`, lang].includes(name)),
  );
}
