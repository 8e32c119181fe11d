/** Refuses nothing: the API asks for no credentials. */
export async function checkCredentials(_call) {
  return undefined;
}
