import type { CloudExecution } from "@dativo/protocol";

/** What a provider accepts, beside what its own words for things look like. */
export interface CloudLimits {
  readonly title: string;
  readonly maxMemoryMb: number;
  readonly maxTimeoutSeconds: number;
  /** Bytes of all names and values of environment variables. */
  readonly environmentBytes: number;
  readonly variableName: RegExp;
  /** Variables that the provider sets by itself, and refuses to be given. */
  readonly reservedVariable: RegExp;
  readonly staging: { readonly form: RegExp; readonly example: string };
  readonly secret: { readonly form: RegExp; readonly example: string };
}

/** Limits by provider, as documented in 2026-11; the functions' own, not those of an account. */
export const CLOUD_LIMITS: Readonly<Record<CloudExecution["provider"], CloudLimits>> = {
  aws: {
    title: "AWS Lambda",
    maxMemoryMb: 10_240,
    maxTimeoutSeconds: 900,
    environmentBytes: 4096,
    variableName: /^[A-Za-z][A-Za-z0-9_]+$/,
    reservedVariable: /^(?:AWS_(?!ENDPOINT_URL).*|_HANDLER|_X_AMZN_.*|LAMBDA_.*|DATIVO_.*)$/,
    staging: {
      form: /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/\S*)?$/,
      example: "s3://my-bucket/dativo",
    },
    secret: {
      form: /^(?:arn:aws[\w-]*:secretsmanager:\S+|[\w/+=.@-]+)(?:#\S+)?$/,
      example: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop#api_key",
    },
  },
  gcp: {
    title: "Cloud Functions",
    maxMemoryMb: 32_768,
    maxTimeoutSeconds: 3600,
    environmentBytes: 32_768,
    variableName: /^[A-Za-z_][A-Za-z0-9_]*$/,
    reservedVariable:
      /^(?:X_GOOGLE_.*|GOOGLE_ENTRYPOINT|K_.*|PORT|FUNCTION_.*|GCLOUD_PROJECT|GCP_PROJECT|DATIVO_(?!GCP_ENDPOINT).*)$/,
    staging: {
      form: /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](?:\/\S*)?$/,
      example: "gs://my-bucket/dativo",
    },
    secret: {
      form: /^(?:projects\/[^/\s]+\/secrets\/)?[\w-]+(?:\/versions\/\w+)?(?:#\S+)?$/,
      example: "projects/my-project/secrets/shop/versions/latest#api_key",
    },
  },
};
