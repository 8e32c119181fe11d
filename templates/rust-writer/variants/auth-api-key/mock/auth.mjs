/** Refuses a request without the header `X-Api-Key`. */
export async function checkCredentials({ request, credentials }) {
  const given = request.headers["x-api-key"] || undefined;
  const expected = credentials?.api_key ?? given;
  return given !== undefined && given === expected ? undefined : { error: "send the header X-Api-Key" };
}
