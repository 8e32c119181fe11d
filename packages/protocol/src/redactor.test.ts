import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REDACTED, Redactor } from "./redactor.js";

function redactorOf(...secrets: unknown[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

/** Lone surrogates replaced, as every encoder to UTF-8 does. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

const signs = fc.constantFrom(..."aZ09 .*+?^$", ..."{}()|[]\\/\"'-_~!%&=<>;:\n\t\u0001é日🎉\ud800");
/** At least four characters that are not white space at the ends, and nothing that [redacted] itself contains. */
const secrets = fc
  .oneof(
    fc.string({ unit: signs, minLength: 4, maxLength: 30 }),
    fc.string({ unit: "binary", minLength: 4 }),
    fc.base64String({ minLength: 8 }),
  )
  .filter((secret) => secret.trim().length >= 4 && !REDACTED.includes(secret.trim()));

/** Ways in which a secret gets into a text, each returning the form that must not survive. */
const forms: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  "JSON text": (secret) => JSON.stringify(secret).slice(1, -1),
  "JSON inside JSON": (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  "URL-encoded": (secret) => encodeURIComponent(wellFormed(secret)),
  "URL-encoded in lower case": (secret) =>
    encodeURIComponent(wellFormed(secret)).replace(/%../g, (hex) => hex.toLowerCase()),
  "form-encoded": (secret) => new URLSearchParams({ q: secret }).toString().slice(2),
  base64: (secret) => Buffer.from(secret).toString("base64"),
  base64url: (secret) => Buffer.from(secret).toString("base64url"),
};

describe("Redactor", () => {
  test.each(Object.entries(forms))("no secret survives in a text that embeds it: %s", (_, form) => {
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        const found = form(secret.trim());
        const redacted = redactorOf(secret).text(`${before} ${found} ${after}`);
        expect(redacted).not.toContain(found);
        expect(redacted).toContain(REDACTED);
      }),
      { numRuns: 200 },
    );
  });

  test("text without a secret stays as it is", () => {
    const redactor = redactorOf("correct horse", "a.*b+c");
    for (const text of ["", "nothing here", "correct  horse", "aXXbbc", "a.*b-c"])
      expect(redactor.text(text)).toBe(text);
    expect(new Redactor().text("hunter22")).toBe("hunter22");
  });

  test("the parts of a base64 text that hold a secret are replaced, at every alignment", () => {
    const secret = "s3cr3t-token";
    for (const user of ["a", "ab", "abc", "abcd"]) {
      const header = Buffer.from(`${user}:${secret}:rest`).toString("base64");
      const redacted = redactorOf(secret).text(`authorization: Basic ${header}`);
      expect(redacted).toContain(REDACTED);
      expect(redacted.length).toBeLessThan(`authorization: Basic ${header}`.length);
    }
  });

  test("secrets that overlap, touch or contain each other leave nothing behind", () => {
    const redactor = redactorOf("abcd1234", "1234wxyz", "abcd");
    expect(redactor.text("<abcd1234wxyz>")).toBe(`<${REDACTED}>`);
    expect(redactor.text("<abcdabcd1234>")).toBe(`<${REDACTED}>`);
    expect(redactorOf("aaaa").text("aaaaaaa")).toBe(REDACTED);
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("x", "y", "1"), minLength: 4, maxLength: 6 }), {
          minLength: 1,
        }),
        (all) => {
          const redacted = redactorOf(...all).text(all.join(""));
          for (const secret of all) expect(redacted).not.toContain(secret);
        },
      ),
    );
  });

  test("a secret of fewer than four characters is replaced only where it is the whole text", () => {
    const redactor = redactorOf("abc");
    expect(redactor.text("abc")).toBe(REDACTED);
    expect(redactor.text("abcdef")).toBe("abcdef");
  });

  test("white space around a secret, as files have it, does not hide it", () => {
    expect(redactorOf("hunter22\n").text("pw=hunter22;")).toBe(`pw=${REDACTED};`);
  });

  test("a secret of several lines is found line by line, its frame is not", () => {
    const pem =
      "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----\n";
    const redactor = redactorOf(pem);
    expect(redactor.text("at BAQEFAASCBKcwggSj")).toBe(`at ${REDACTED}`);
    expect(redactor.text("expected -----BEGIN PRIVATE KEY-----")).toBe(
      "expected -----BEGIN PRIVATE KEY-----",
    );
    expect(redactor.text(`key: ${JSON.stringify(pem)}`)).not.toContain("MIIE");
  });

  test("the password of a URL is a secret of its own", () => {
    const redactor = redactorOf("postgres://bob:s3cr%2Ft@db/app");
    expect(redactor.text("login failed with s3cr/t, host db")).toBe(`login failed with ${REDACTED}, host db`);
  });

  test("objects are added leaf by leaf; ports and switches are no secrets, long numbers are", () => {
    const redactor = redactorOf({
      token: "hunter22",
      list: ["open sesame"],
      port: 5432,
      pin: 12345678,
      tls: true,
    });
    expect(redactor.text("hunter22 open sesame 5432 12345678 true")).toBe(
      `${REDACTED} ${REDACTED} 5432 ${REDACTED} true`,
    );
  });

  test("a secret added later is found too", () => {
    const redactor = redactorOf("first secret");
    expect(redactor.text("second secret")).toBe("second secret");
    redactor.add("second secret");
    expect(redactor.text("first secret, second secret")).toBe(`${REDACTED}, ${REDACTED}`);
  });

  test("values are copied, with texts, keys, errors and collections redacted", () => {
    const redactor = redactorOf("hunter22");
    const at = new Date(0);
    const value = {
      "key hunter22": ["hunter22", { deep: "x hunter22" }],
      at,
      count: 3,
      big: 5n,
      error: new Error("bad hunter22"),
      map: new Map([["hunter22", 1]]),
    };
    expect(redactor.value(value)).toEqual({
      [`key ${REDACTED}`]: [REDACTED, { deep: `x ${REDACTED}` }],
      at,
      count: 3,
      big: 5n,
      error: `Error: bad ${REDACTED}`,
      map: [[REDACTED, 1]],
    });
    expect(value["key hunter22"][0]).toBe("hunter22");
  });

  test("a value that contains itself ends", () => {
    const self: Record<string, unknown> = { a: "hunter22" };
    self.self = self;
    const shared = { a: 1 };
    expect(redactorOf("hunter22").value(self)).toEqual({ a: REDACTED, self: "[circular]" });
    expect(redactorOf("hunter22").value([shared, shared])).toEqual([shared, shared]);
  });

  test("a __proto__ key stays a key", () => {
    const copy = redactorOf("hunter22").value(JSON.parse('{"__proto__":"hunter22"}') as object);
    expect(Object.entries(copy)).toEqual([["__proto__", REDACTED]]);
  });

  test("a secret as long as a document is found", () => {
    const secret = Array.from({ length: 6000 }, (_, index) => index.toString(36)).join('+"\n');
    const redactor = redactorOf(secret);
    expect(redactor.text(`a ${secret} b`)).toBe(`a ${REDACTED} b`);
    expect(redactor.text(`a ${JSON.stringify(secret)} b`)).toBe(`a "${REDACTED}" b`);
  });
});
