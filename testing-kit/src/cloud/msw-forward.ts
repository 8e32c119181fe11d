/** A request to a cloud, as an emulator gets it; undefined leaves it alone. */
export type Redirect = (url: URL) => string | undefined;

/**
 * Request handlers for msw that pass requests to the addresses of a cloud on to an emulator, for code whose clients
 * cannot be told another address.
 *
 * @param pattern addresses, as msw writes them
 */
export async function forwardingHandlers(
  patterns: readonly string[],
  redirect: Redirect,
): Promise<unknown[]> {
  const { bypass, http, passthrough } = await import("msw");
  return patterns.map((pattern) =>
    http.all(pattern, async ({ request }) => {
      const target = redirect(new URL(request.url));
      if (target === undefined) return passthrough();
      const hasBody = request.method !== "GET" && request.method !== "HEAD";
      const forwarded = new Request(target, {
        method: request.method,
        headers: request.headers,
        ...(hasBody && { body: await request.arrayBuffer() }),
      });
      return fetch(bypass(forwarded));
    }),
  );
}
