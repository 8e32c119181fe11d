import { AwsError } from "../aws/aws-error.js";
import type { AwsRequest } from "../aws/aws-exchange.js";
import { type Route, routeOf } from "../route.js";

/** Operations by method and path; the first group of a path names the function. */
const ROUTES: readonly Route[] = [
  ["GET", /^\/2016-08-19\/account-settings\/?$/, "GetAccountSettings"],
  ["POST", /^\/2015-03-31\/functions\/?$/, "CreateFunction"],
  ["GET", /^\/2015-03-31\/functions\/?$/, "ListFunctions"],
  ["GET", /^\/2015-03-31\/functions\/([^/]+)\/?$/, "GetFunction"],
  ["DELETE", /^\/2015-03-31\/functions\/([^/]+)\/?$/, "DeleteFunction"],
  ["GET", /^\/2015-03-31\/functions\/([^/]+)\/configuration\/?$/, "GetFunctionConfiguration"],
  ["PUT", /^\/2015-03-31\/functions\/([^/]+)\/configuration\/?$/, "UpdateFunctionConfiguration"],
  ["PUT", /^\/2015-03-31\/functions\/([^/]+)\/code\/?$/, "UpdateFunctionCode"],
  ["PUT", /^\/2017-10-31\/functions\/([^/]+)\/concurrency\/?$/, "PutFunctionConcurrency"],
  ["DELETE", /^\/2017-10-31\/functions\/([^/]+)\/concurrency\/?$/, "DeleteFunctionConcurrency"],
  ["GET", /^\/2019-09-30\/functions\/([^/]+)\/concurrency\/?$/, "GetFunctionConcurrency"],
  ["GET", /^\/2017-03-31\/tags\/(.+?)\/?$/, "ListTags"],
  ["POST", /^\/2017-03-31\/tags\/(.+?)\/?$/, "TagResource"],
  ["DELETE", /^\/2017-03-31\/tags\/(.+?)\/?$/, "UntagResource"],
  ["POST", /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/, "Invoke"],
  [
    "POST",
    /^\/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations\/?$/,
    "InvokeWithResponseStream",
  ],
];

/** Operations whose body is the payload for the function. */
const INVOCATIONS = ["Invoke", "InvokeWithResponseStream"];

/** What a request to Lambda asks for; `function` is the name that the path holds. */
export function lambdaOperation({ method, path, query, body }: AwsRequest): {
  readonly operation: string;
  readonly input: Record<string, unknown>;
} {
  const route = routeOf(ROUTES, method, path);
  if (route === undefined) return { operation: `${method} ${path}`, input: {} };
  const { operation, groups } = route;
  const [reference] = groups;
  const named =
    reference === undefined ? {} : { function: functionName(decodeURIComponent(reference), query) };
  const members =
    INVOCATIONS.includes(operation) || body.length === 0 ? {} : (JSON.parse(body.toString("utf8")) as object);
  return { operation, input: { ...named, ...members } };
}

/**
 * The name in a name, a partial ARN or an ARN.
 *
 * @throws AwsError for versions and aliases other than `$LATEST`, which the emulator does not have
 */
function functionName(reference: string, query: URLSearchParams): string {
  const [, name = "", suffix] =
    /^(?:arn:[^:]*:lambda:[^:]*:\d+:|\d+:)?(?:function:)?([^:]+)(?::(.+))?$/.exec(reference) ?? [];
  const qualifier = query.get("Qualifier") ?? suffix ?? "$LATEST";
  if (qualifier !== "$LATEST")
    throw new AwsError(404, "ResourceNotFoundException", `Function not found: ${name}:${qualifier}`);
  return name;
}
