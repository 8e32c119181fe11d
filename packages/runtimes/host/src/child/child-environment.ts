/** What every plugin may see: where programs, folders, certificates and the time zone are, and nothing that is secret. */
const ALWAYS = [
  "APPDATA",
  "COMSPEC",
  "HOME",
  "HOMEDRIVE",
  "HOMEPATH",
  "LANG",
  "LANGUAGE",
  "LOCALAPPDATA",
  "LOGNAME",
  "NODE_EXTRA_CA_CERTS",
  "NO_COLOR",
  "PATH",
  "PATHEXT",
  "SHELL",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "TEMP",
  "TMP",
  "TMPDIR",
  "TZ",
  "USER",
  "USERNAME",
  "USERPROFILE",
  "WINDIR",
];

/** The environment of a plugin's process: the names above, `LC_*`, and those that the job allows. */
export function childEnvironment(all: NodeJS.ProcessEnv, allowed: readonly string[]): NodeJS.ProcessEnv {
  // Windows spells names in any case.
  const names = new Set([...ALWAYS, ...allowed].map((name) => name.toUpperCase()));
  const visible = (name: string) =>
    allowed.includes(name) ||
    (process.platform === "win32" ? names.has(name.toUpperCase()) : ALWAYS.includes(name)) ||
    name.startsWith("LC_");
  return Object.fromEntries(Object.entries(all).filter(([name]) => visible(name)));
}
