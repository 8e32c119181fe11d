/** Refuses a request without `Authorization: Basic …`. */
export async function checkCredentials({ request, credentials }) {
  const given = /^Basic (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  const expected =
    credentials === undefined
      ? given
      : Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
  return given !== undefined && given === expected ? undefined : { error: "send user name and password" };
}
