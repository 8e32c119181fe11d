import { AwsError, invalidParameter } from "../aws/aws-error.js";
import {
  type AwsAnswer,
  type AwsPermission,
  type AwsRequest,
  type AwsService,
  jsonAnswer,
} from "../aws/aws-exchange.js";
import type { Roles } from "../aws/roles.js";
import { type CodeInput, FunctionCode, type StoredObjects } from "./function-code.js";
import type { Invoker } from "./invoker.js";
import { type FunctionConfiguration, LambdaFunction } from "./lambda-function.js";
import { lambdaOperation } from "./lambda-routes.js";
import { LAMBDA_LIMITS } from "./limits.js";
import type { MockLambdaOptions } from "./mock-lambda-options.js";
import { type ConfigurationInput, validateConfiguration } from "./validate-configuration.js";

/** What requests of the control plane hold. */
interface Input extends ConfigurationInput, CodeInput {
  /** Name of the function in the path. */
  readonly function: string;
  readonly Code?: CodeInput;
  readonly PackageType?: string;
  readonly RevisionId?: string;
  readonly DryRun?: boolean;
  readonly ReservedConcurrentExecutions?: number;
  readonly LoggingConfig?: { readonly LogFormat?: string; readonly LogGroup?: string };
}

/** Members of a configuration that CreateFunction and UpdateFunctionConfiguration set as they come. */
const SETTABLE = [
  "Runtime",
  "Role",
  "Handler",
  "Description",
  "Timeout",
  "MemorySize",
  "EphemeralStorage",
  "Layers",
] as const;

/** AWS Lambda: functions and their invocations. */
export class LambdaService implements AwsService {
  readonly functions = new Map<string, LambdaFunction>();
  private readonly code: FunctionCode;

  constructor(
    private readonly options: MockLambdaOptions,
    private readonly roles: Roles,
    private readonly invoker: Invoker,
    objects: StoredObjects,
  ) {
    this.code = new FunctionCode(objects);
  }

  operationOf(request: AwsRequest) {
    return lambdaOperation(request);
  }

  permission(operation: string, input: unknown): AwsPermission {
    const { function: name, FunctionName = "*" } = input as Input;
    const action = operation.startsWith("Invoke") ? "InvokeFunction" : operation;
    return { action: `lambda:${action}`, resource: this.arn(name ?? FunctionName) };
  }

  failure({ status, code, message, members }: AwsError, requestId: string): AwsAnswer {
    // One error of Lambda writes its message with a capital letter.
    const text = code === "ResourceNotFoundException" ? { Message: message } : { message };
    return {
      status,
      headers: {
        "content-type": "application/json",
        "x-amzn-errortype": code,
        "x-amzn-requestid": requestId,
      },
      body: JSON.stringify({ Type: status < 500 ? "User" : "Service", ...text, ...members }),
    };
  }

  async answer(operation: string, input: unknown, request: AwsRequest): Promise<AwsAnswer> {
    const isStream = operation === "InvokeWithResponseStream";
    if (operation === "Invoke" || (isStream && this.options.responseStreaming !== false))
      return this.invoker.invoke(this.get((input as Input).function), request, isStream);
    const act = this.operations[operation];
    if (act === undefined)
      throw new AwsError(
        404,
        "UnknownOperationException",
        `The emulator has no operation ${operation} of Lambda`,
      );
    const result = await act(input as Input, request);
    if (result === undefined) return { status: 204 };
    return jsonAnswer(result, operation === "CreateFunction" ? 201 : 200);
  }

  /** Ends every environment and removes every function's code. */
  async close(): Promise<void> {
    for (const fn of this.functions.values())
      for (const environment of [...fn.environments]) environment.end();
    await this.code.removeAll();
  }

  private readonly operations: Readonly<Record<string, (input: Input, request: AwsRequest) => unknown>> = {
    GetAccountSettings: () => this.accountSettings(),
    CreateFunction: (input) => this.create(input),
    ListFunctions: (_input, { query }) => this.list(query),
    GetFunction: ({ function: name }) => {
      const fn = this.get(name);
      return {
        Configuration: fn.configuration,
        Code: { RepositoryType: "S3", Location: `https://emulator.invalid/${fn.name}.zip` },
        Tags: fn.tags,
        ...(fn.reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency },
        }),
      };
    },
    GetFunctionConfiguration: ({ function: name }) => this.get(name).configuration,
    DeleteFunction: ({ function: name }) => {
      const fn = this.get(name);
      this.functions.delete(fn.name);
      fn.retireEnvironments();
    },
    UpdateFunctionConfiguration: (input) => this.reconfigure(this.get(input.function), input),
    UpdateFunctionCode: (input) => this.replaceCode(this.get(input.function), input),
    PutFunctionConcurrency: (input) =>
      this.reserve(this.get(input.function), input.ReservedConcurrentExecutions),
    DeleteFunctionConcurrency: ({ function: name }) => {
      this.get(name).reservedConcurrency = undefined;
    },
    GetFunctionConcurrency: ({ function: name }) => ({
      ReservedConcurrentExecutions: this.get(name).reservedConcurrency,
    }),
    ListTags: ({ function: name }) => ({ Tags: this.get(name).tags }),
    TagResource: ({ function: name, Tags = {} }) => void Object.assign(this.get(name).tags, Tags),
    UntagResource: ({ function: name }, { query }) => {
      for (const key of query.getAll("tagKeys")) delete this.get(name).tags[key];
    },
  };

  private get(name: string): LambdaFunction {
    const fn = this.functions.get(name);
    if (fn === undefined)
      throw new AwsError(404, "ResourceNotFoundException", `Function not found: ${this.arn(name)}`);
    return fn;
  }

  private arn(name: string): string {
    const { region = "us-east-1" } = this.options;
    return `arn:aws:lambda:${region}:${this.roles.accountId}:function:${name}`;
  }

  private async create(input: Input): Promise<FunctionConfiguration> {
    const { FunctionName: name = "", Code: code = {}, Runtime, Role = "", Handler } = input;
    validateConfiguration({ ...input, FunctionName: name, Role }, this.options);
    if (input.PackageType === "Image" || code.ImageUri !== undefined)
      throw new AwsError(501, "NotEmulated", "The emulator does not run container images");
    if (Runtime === undefined || Handler === undefined)
      throw invalidParameter(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
      );
    this.checkRole(Role, input);
    const exists = () => {
      if (this.functions.has(name))
        throw new AwsError(409, "ResourceConflictException", `Function already exist: ${name}`);
    };
    exists();
    const installed = await this.code.install(code);
    exists(); // somebody else may have been faster
    const fn = new LambdaFunction({
      FunctionName: name,
      FunctionArn: this.arn(name),
      Runtime,
      Role,
      Handler,
      Description: input.Description ?? "",
      Timeout: input.Timeout ?? 3,
      MemorySize: input.MemorySize ?? 128,
      EphemeralStorage: input.EphemeralStorage ?? { Size: 512 },
      LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}`, ...input.LoggingConfig },
      Architectures: input.Architectures ?? ["x86_64"],
      CodeSize: installed.size,
      CodeSha256: installed.sha256,
      LastModified: "",
      RevisionId: "",
      Version: "$LATEST",
      PackageType: "Zip",
      TracingConfig: { Mode: "PassThrough" },
      State: "Pending",
      StateReason: "The function is being created.",
      StateReasonCode: "Creating",
      LastUpdateStatus: "Successful",
    });
    fn.folder = installed.folder;
    fn.tags = { ...input.Tags };
    this.set(fn.configuration, input);
    fn.revise();
    this.functions.set(name, fn);
    later(this.options.pendingMs ?? 100, () => {
      const { configuration } = fn;
      configuration.State = "Active";
      delete configuration.StateReason;
      delete configuration.StateReasonCode;
    });
    return { ...fn.configuration };
  }

  private list(query: URLSearchParams): unknown {
    const all = [...this.functions.values()].map(({ configuration }) => configuration);
    const from = Number(query.get("Marker") ?? 0);
    const to = from + Number(query.get("MaxItems") ?? 50);
    return { Functions: all.slice(from, to), ...(to < all.length && { NextMarker: String(to) }) };
  }

  private reconfigure(
    fn: LambdaFunction,
    { function: _, RevisionId, ...input }: Input,
  ): FunctionConfiguration {
    this.checkUpdatable(fn, RevisionId);
    validateConfiguration(input, this.options);
    if (input.Role !== undefined || input.VpcConfig !== undefined)
      this.checkRole(input.Role ?? fn.configuration.Role, input);
    this.set(fn.configuration, input);
    return this.update(fn);
  }

  private async replaceCode(fn: LambdaFunction, input: Input): Promise<FunctionConfiguration> {
    this.checkUpdatable(fn, input.RevisionId);
    const installed = await this.code.install(input);
    this.checkUpdatable(fn, input.RevisionId);
    const changed = { CodeSize: installed.size, CodeSha256: installed.sha256 };
    if (input.DryRun === true) return { ...fn.configuration, ...changed };
    Object.assign(fn.configuration, changed);
    if (input.Architectures !== undefined) fn.configuration.Architectures = input.Architectures;
    fn.folder = installed.folder;
    return this.update(fn);
  }

  /** Begins an update, which the next invocation sees. */
  private update(fn: LambdaFunction): FunctionConfiguration {
    const { configuration } = fn;
    fn.revise();
    fn.retireEnvironments();
    configuration.LastUpdateStatus = "InProgress";
    configuration.LastUpdateStatusReason = "The function is being created.";
    configuration.LastUpdateStatusReasonCode = "Creating";
    later(this.options.updateMs ?? 50, () => {
      configuration.LastUpdateStatus = "Successful";
      delete configuration.LastUpdateStatusReason;
      delete configuration.LastUpdateStatusReasonCode;
    });
    return { ...configuration };
  }

  private set(configuration: FunctionConfiguration, input: Partial<Input>): void {
    for (const member of SETTABLE)
      if (input[member] !== undefined) Object.assign(configuration, { [member]: input[member] });
    if (input.Environment !== undefined)
      configuration.Environment = { Variables: { ...input.Environment.Variables } };
    const { SubnetIds = [], SecurityGroupIds = [] } = input.VpcConfig ?? {};
    if (input.VpcConfig !== undefined)
      configuration.VpcConfig = {
        SubnetIds,
        SecurityGroupIds,
        VpcId: SubnetIds.length > 0 ? "vpc-emulated" : "",
      };
  }

  private checkRole(role: string, { VpcConfig: network }: Partial<Input>): void {
    if (!this.roles.isAssumable(role))
      throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
    if ((network?.SubnetIds?.length ?? 0) > 0 && !this.roles.allows(role, "ec2:CreateNetworkInterface", "*"))
      throw invalidParameter(
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
      );
  }

  private checkUpdatable(fn: LambdaFunction, revision: string | undefined): void {
    const { configuration } = fn;
    if (configuration.State === "Pending" || configuration.LastUpdateStatus === "InProgress")
      throw new AwsError(
        409,
        "ResourceConflictException",
        `The operation cannot be performed at this time. An update is in progress for resource: ${configuration.FunctionArn}`,
      );
    if (revision !== undefined && revision !== configuration.RevisionId)
      throw new AwsError(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
      );
  }

  private reserve(fn: LambdaFunction, environments: number | undefined): unknown {
    if (environments === undefined || environments < 0)
      throw invalidParameter("ReservedConcurrentExecutions must be 0 or more");
    const least = LAMBDA_LIMITS.unreservedConcurrency;
    if (this.limit - this.reserved(fn) - environments < least)
      throw invalidParameter(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${least}].`,
      );
    fn.reservedConcurrency = environments;
    return { ReservedConcurrentExecutions: environments };
  }

  private get limit(): number {
    return this.options.accountConcurrency ?? LAMBDA_LIMITS.accountConcurrency;
  }

  /** Concurrency that functions other than one have for themselves. */
  private reserved(but?: LambdaFunction): number {
    return [...this.functions.values()].reduce(
      (sum, fn) => sum + (fn === but ? 0 : (fn.reservedConcurrency ?? 0)),
      0,
    );
  }

  private accountSettings(): unknown {
    const functions = [...this.functions.values()];
    return {
      AccountLimit: {
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: LAMBDA_LIMITS.unzippedBytes,
        CodeSizeZipped: LAMBDA_LIMITS.zipBytes,
        ConcurrentExecutions: this.limit,
        UnreservedConcurrentExecutions: this.limit - this.reserved(),
      },
      AccountUsage: {
        TotalCodeSize: functions.reduce((sum, { configuration }) => sum + configuration.CodeSize, 0),
        FunctionCount: functions.length,
      },
    };
  }
}

function later(milliseconds: number, action: () => void): void {
  if (milliseconds <= 0) action();
  else setTimeout(action, milliseconds).unref();
}
