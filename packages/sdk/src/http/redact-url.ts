import { REDACTED, type Redactor } from "@dativo/protocol";

const SECRET_PARAMETER =
  /(^|[_-])(key|apikey|token|secret|password|passwd|pwd|auth|signature|sig|credential|code|session)s?$/i;

/** An address for messages: without user, password, secret parameters and known secrets. */
export function redactUrl(url: string | URL, redactor: Redactor): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return redactor.text(String(url));
  }
  parsed.username = "";
  parsed.password = "";
  const parameters = [...parsed.searchParams].map(([name, value]) =>
    SECRET_PARAMETER.test(name)
      ? `${encodeURIComponent(name)}=${REDACTED}`
      : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  parsed.search = "";
  parsed.hash = "";
  return redactor.text(`${parsed.href}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`);
}
