/** A statement of an IAM policy. */
interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: { readonly Service?: string | readonly string[] };
}

/** An IAM policy; conditions, `NotAction` and `NotResource` are not looked at. */
export interface PolicyDocument {
  readonly Statement: Statement | readonly Statement[];
}

/** What the policies that AWS provides allow, as far as functions use them. */
export const MANAGED_POLICIES: Readonly<Record<string, PolicyDocument>> = {
  "service-role/AWSLambdaBasicExecutionRole": allow(
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
  ),
  "service-role/AWSLambdaVPCAccessExecutionRole": allow(
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ),
  AmazonS3FullAccess: allow("s3:*"),
  AmazonS3ReadOnlyAccess: allow("s3:Get*", "s3:List*"),
  SecretsManagerReadWrite: allow("secretsmanager:*"),
  AdministratorAccess: allow("*"),
};

/** Whether policies allow an action on a resource: one of them must, and none may deny it. */
export function isAllowed(policies: readonly PolicyDocument[], action: string, resource: string): boolean {
  const applying = policies
    .flatMap(({ Statement: statement }) => list(statement))
    .filter(
      ({ Action, Resource }) =>
        list(Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
        list(Resource).some((pattern) => matches(pattern, resource)),
    );
  return (
    applying.some(({ Effect }) => Effect === "Allow") && !applying.some(({ Effect }) => Effect === "Deny")
  );
}

/** Whether a trust policy lets a service assume the role. */
export function isTrusted({ Statement: statement }: PolicyDocument, service: string): boolean {
  return list(statement).some(
    ({ Effect, Action, Principal }) =>
      Effect === "Allow" &&
      list(Action).includes("sts:AssumeRole") &&
      list(Principal?.Service).includes(service),
  );
}

function allow(...actions: string[]): PolicyDocument {
  return { Statement: { Effect: "Allow", Action: actions, Resource: "*" } };
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "s").test(text);
}
