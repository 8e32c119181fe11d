import { expect, test } from "vitest";
import { memberReferences, secretName, secretText } from "./stored-secrets.js";

const VALUES = { "credentials.api_key": "hunter22", "credentials.user": "ada" };
const TURNED = { "credentials.user": "ada", "credentials.api_key": "hunter22" };

test("the name of a secret comes from its values and its scope, and does not give them away", () => {
  const name = secretName("scope", VALUES);
  expect(name).toMatch(/^[0-9a-f]{32}$/);
  expect(secretName("scope", TURNED)).toBe(name);
  expect(secretName("other", VALUES)).not.toBe(name);
  expect(secretName("scope", { ...VALUES, "credentials.user": "eve" })).not.toBe(name);
});

test("each value is referred to as a member of the secret", () => {
  expect(secretText(TURNED)).toBe('{"credentials.api_key":"hunter22","credentials.user":"ada"}');
  expect(memberReferences("arn:x", VALUES)).toEqual({
    "credentials.api_key": "arn:x#credentials.api_key",
    "credentials.user": "arn:x#credentials.user",
  });
});
