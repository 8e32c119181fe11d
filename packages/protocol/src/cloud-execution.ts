/** What the functions of every provider have. */
interface SharedCloudExecution {
  /** The provider's name of a language and its version, such as `nodejs24.x` or `python313`. */
  readonly runtime: string;
  /** Memory of the function in megabytes. */
  readonly memoryMb: number;
  /** Seconds that one invocation may take. */
  readonly timeoutSeconds: number;
  /** Variables of the job that the function is given. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** Invocations that may be under way at a time; absent when the job sets no bound. */
  readonly maxConcurrency?: number;
  /** Where batches are put that an answer has no room for: `s3://bucket/prefix` or `gs://bucket/prefix`. */
  readonly staging?: string;
  /** Secrets that the job keeps at the provider: the key path below the plugin's configuration, and its name there. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Further files of the project that the plugin needs, as patterns below the project folder. */
  readonly include: readonly string[];
}

/** A plugin that runs in AWS Lambda. */
export interface AwsExecution extends SharedCloudExecution {
  readonly provider: "aws";
  readonly aws: {
    /** Absent when the surroundings name it, as the AWS tools do. */
    readonly region?: string;
    /** Absent when Dativo creates the role. */
    readonly roleArn?: string;
    readonly securityGroups: readonly string[];
    readonly subnets: readonly string[];
    readonly architecture: "x86_64" | "arm64";
  };
}

/** A plugin that runs in Google Cloud Functions, 2nd generation. */
export interface GcpExecution extends SharedCloudExecution {
  readonly provider: "gcp";
  readonly gcp: {
    readonly projectId: string;
    readonly region: string;
    /** Absent for the project's own default account. */
    readonly serviceAccount?: string;
  };
}

/** Where and within what limits a plugin runs in the cloud: `engine.cloud_execution` of a job, completed with defaults. */
export type CloudExecution = AwsExecution | GcpExecution;
