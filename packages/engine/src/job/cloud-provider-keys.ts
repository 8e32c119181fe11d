import type { AwsExecution, GcpExecution } from "@dativo/protocol";
import type { CloudExecutionInput } from "./cloud-execution-schema.js";
import type { CloudIssues } from "./cloud-issues.js";

/** `aws` of `cloud_execution`, checked and completed. */
export function awsOf({ aws = {} }: CloudExecutionInput, check: CloudIssues): AwsExecution["aws"] {
  const { region, role_arn, security_groups = [], subnets = [], architecture = "x86_64" } = aws;
  check.form(["aws", "region"], region, /^[a-z]{2}(?:-[a-z]+)+-\d+$/, "a region such as eu-west-1");
  check.form(
    ["aws", "role_arn"],
    role_arn,
    /^arn:aws[a-z-]*:iam::\w+:role\/\S+$/,
    "the ARN of a role, such as arn:aws:iam::123456789012:role/my-role",
  );
  for (const [key, prefix, ids, most] of [
    ["security_groups", "sg-", security_groups, 5],
    ["subnets", "subnet-", subnets, 16],
  ] as const) {
    ids.forEach((id, index) => {
      check.form(
        ["aws", key, index],
        id,
        new RegExp(`^${prefix}[0-9a-z]+$`),
        `such as ${prefix}0123456789abcdef0`,
      );
    });
    if (ids.length > most)
      check.fail(["aws", key], `It should be a list of at most ${most} items.`, "AWS Lambda allows no more.");
  }
  if (security_groups.length > 0 !== subnets.length > 0) {
    const [given, missing] =
      subnets.length > 0 ? ["subnets", "security_groups"] : ["security_groups", "subnets"];
    check.fail(
      ["aws", given],
      `A function inside a VPC needs ${missing} beside ${given}.`,
      `Add aws.${missing}.`,
    );
  }
  return {
    ...(region === undefined ? {} : { region }),
    ...(role_arn === undefined ? {} : { roleArn: role_arn }),
    securityGroups: security_groups,
    subnets,
    architecture,
  };
}

/** `gcp` of `cloud_execution`, checked and completed. */
export function gcpOf({ gcp = {} }: CloudExecutionInput, check: CloudIssues): GcpExecution["gcp"] {
  const { project_id = "", region = "us-central1", service_account } = gcp;
  if (gcp.project_id === undefined)
    check.fail(["gcp", "project_id"], "It is missing; it should be text.", "Add gcp.project_id.");
  else
    check.form(
      ["gcp", "project_id"],
      project_id,
      /^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      "the ID of a project: 6 to 30 small letters, digits and dashes",
    );
  check.form(["gcp", "region"], region, /^[a-z]+-[a-z]+\d+$/, "a region such as us-central1");
  check.form(
    ["gcp", "service_account"],
    service_account,
    /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
    "the address of a service account, such as plugin@my-project.iam.gserviceaccount.com",
  );
  return {
    projectId: project_id,
    region,
    ...(service_account === undefined ? {} : { serviceAccount: service_account }),
  };
}
