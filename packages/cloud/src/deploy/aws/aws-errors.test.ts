import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { awsClients } from "./aws-clients.js";
import { AwsProvider } from "./aws-provider.js";
import { awsTransport } from "./aws-transport.js";

const ENDPOINT = "https://lambda.eu-west-1.amazonaws.com";
const server = setupServer();
beforeAll(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "a");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "b");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  server.listen({ onUnhandledRequest: "error" });
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const { signal } = new AbortController();
const refuses = (status: number, type: string, message: string, more = {}) =>
  HttpResponse.json(
    { message, Message: message, ...more },
    { status, headers: { "x-amzn-errortype": type } },
  );

describe("what AWS refuses", () => {
  const find = () => new AwsProvider("eu-west-1").find("dativo-0000000000000000", signal);
  const answering = (...refusal: Parameters<typeof refuses>) =>
    server.use(http.get(`${ENDPOINT}/2015-03-31/functions/:name`, () => refuses(...refusal)));

  it.each([
    ["ExpiredTokenException", 403, "CLOUD_CREDENTIALS_MISSING", /aws sso login/],
    ["UnrecognizedClientException", 403, "CLOUD_CREDENTIALS_MISSING", /aws configure/],
    ["AccessDeniedException", 403, "CLOUD_DEPLOY_FAILED", /docs\/cloud\.md lists/],
    ["InvalidParameterValueException", 400, "CLOUD_DEPLOY_FAILED", /provider's words/],
  ])("%s is %s %s, with what to do", async (type, status, code, hint) => {
    answering(status, type, "the provider's reason");
    await expect(find()).rejects.toMatchObject({
      code,
      message: expect.stringContaining("the provider's reason"),
      hint: expect.stringMatching(hint),
      retryable: false,
    });
  });

  it("is no error when the function is not there", async () => {
    answering(404, "ResourceNotFoundException", "Function not found");
    await expect(find()).resolves.toBeUndefined();
  });

  it("names the key of the job when there is no region", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
    await expect(new AwsProvider(undefined).find("f", signal)).rejects.toMatchObject({
      code: "CLOUD_CREDENTIALS_MISSING",
      hint: expect.stringContaining("aws.region"),
    });
  });
});

describe("an invocation", () => {
  const invoke = async () => {
    const { invoker } = awsClients("eu-west-1");
    const stream = awsTransport(invoker, "f", 300).invoke(new Uint8Array(3), { signal });
    for await (const _ of stream);
  };
  let attempts = 0;
  const answering = (...refusal: Parameters<typeof refuses>) => {
    attempts = 0;
    server.use(
      http.post(`${ENDPOINT}/2021-11-15/functions/f/response-streaming-invocations`, async ({ request }) => {
        attempts++;
        expect(await request.json()).toEqual({ frames: "AAAA" });
        expect(request.headers.get("x-amz-log-type")).toBe("Tail");
        return refuses(...refusal);
      }),
    );
  };

  it.each([
    ["TooManyRequestsException", 429, "CLOUD_THROTTLED", true],
    ["ResourceConflictException", 409, "CLOUD_THROTTLED", true],
    ["ResourceNotReadyException", 502, "CLOUD_THROTTLED", true],
    ["ServiceException", 500, "CLOUD_INVOCATION_FAILED", true],
    ["RequestTooLargeException", 413, "CLOUD_PAYLOAD_TOO_LARGE", false],
    ["AccessDeniedException", 403, "CLOUD_INVOCATION_FAILED", false],
    ["ResourceNotFoundException", 404, "CLOUD_INVOCATION_FAILED", false],
  ])("that is refused with %s (%i) is %s, and made once", async (type, status, code, retryable) => {
    answering(status, type, "why", { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" });
    await expect(invoke()).rejects.toMatchObject({
      code,
      retryable,
      message: expect.stringContaining("why"),
      details: { error_type: type },
    });
    expect(attempts).toBe(1);
  });
});
