/** Top-level keys that the existing platform reads and this engine does not act on, and what each is. */
export const NOT_ACTED_ON_KEYS = {
  catalog: "Catalog push",
  classification_overrides: "Classification overrides",
  finops: "Cost attribution",
  governance_overrides: "Governance overrides",
  infrastructure: "Infrastructure metadata",
  observability: "Metrics push",
} as const;

/** Keys below the top that are accepted and not acted on, and what happens instead. */
export const NOT_ACTED_ON_PATHS: readonly { readonly path: readonly string[]; readonly instead: string }[] = [
  { path: ["source", "engine", "type"], instead: "custom_reader or type decides what reads" },
  { path: ["source", "rate_limits", "burst_default"], instead: "use requests_per_second and concurrency" },
  { path: ["source", "rate_limits", "retry"], instead: "use retry_config" },
  { path: ["target", "engine", "type"], instead: "custom_writer or type decides what writes" },
  { path: ["target", "catalog"], instead: "it is handed to the writer" },
  { path: ["target", "branch"], instead: "it is handed to the writer" },
  { path: ["target", "warehouse"], instead: "it is handed to the writer" },
  { path: ["target", "markdown_kv_storage"], instead: "it is handed to the writer" },
  { path: ["retry_config", "retryable_exit_codes"], instead: "each error says whether it is retryable" },
  { path: ["retry_config", "retryable_error_patterns"], instead: "each error says whether it is retryable" },
  { path: ["retry_config", "retryable_errors"], instead: "each error says whether it is retryable" },
  { path: ["plugins", "sandbox", "cpu_limit"], instead: "a child process may use what it needs" },
  { path: ["plugins", "sandbox", "network_disabled"], instead: "a child process keeps its network" },
];
