/** Refuses a request without `Authorization: Bearer <token>`. */
export async function checkCredentials({ request, credentials }) {
  const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  const expected = credentials?.token ?? given;
  return given !== undefined && given === expected
    ? undefined
    : { error: "send Authorization: Bearer <token>" };
}
