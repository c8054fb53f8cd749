import type { Stack } from './stack.ts';

/** A deployed REST API, as the gateway serves it. */
export interface RestApi {
  readonly logicalId: string;
  readonly apiId: string;
  readonly deploymentId: string;
  /** Where the API key of a metered request comes from. */
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  readonly stageName: string;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly binaryMediaTypes: readonly string[];
  /** Answers from this size on are compressed if the client accepts gzip; `undefined` for no compression. */
  readonly minimumCompressionBytes: number | undefined;
  /** `undefined` when there is none. */
  readonly resourcePolicy: PolicyDocument | undefined;
  readonly routes: readonly Route[];
  /** Customised gateway responses by type. A type in it inherits nothing; any other type inherits. */
  readonly gatewayResponses: Readonly<Record<string, CustomGatewayResponse>>;
  /** `undefined` when the stage has none. */
  readonly accessLog: AccessLog | undefined;
}

export interface AccessLog {
  /** `$context` template. */
  readonly format: string;
  readonly logGroupArn: string;
  /** The account's role for API Gateway. Without it, nothing is logged. */
  readonly roleArn: string | undefined;
}

/** One method of one resource. */
export interface Route {
  /** An HTTP method, or `ANY`. */
  readonly method: string;
  /** The path with its parameters: `/keys/{keyId}`, `/{proxy+}`. */
  readonly resourcePath: string;
  readonly resourceId: string;
  /** `undefined` for a method that anyone may call. */
  readonly authorizer: Authorizer | 'AWS_IAM' | undefined;
  readonly integration: Integration;
  /** It counts for a usage plan, and needs an API key of one. */
  readonly isMetered: boolean;
  /** Its request limit; `undefined` for none. */
  readonly throttle: Throttle | undefined;
}

/** A token bucket's size and refill. */
export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** A Lambda REQUEST authorizer. */
export interface Authorizer {
  readonly authorizerId: string;
  readonly functionArn: string;
  readonly identitySources: readonly IdentitySource[];
  /** 0 for no caching. */
  readonly ttlSeconds: number;
}

/** Where a part of the authorizer's cache key comes from. */
export interface IdentitySource {
  readonly from: 'header' | 'querystring' | 'stageVariables' | 'context';
  readonly name: string;
}

export type Integration = LambdaIntegration | MockIntegration | IntegrationNotServed;

/** An integration that the runtime cannot call. */
export interface IntegrationNotServed {
  readonly type: 'NOT_SERVED';
  readonly reason: string;
}

/** `AWS_PROXY`. */
export interface LambdaIntegration {
  readonly type: 'AWS_PROXY';
  readonly functionArn: string;
  /** API Gateway calls Lambda by POST; with any other method it fails. */
  readonly httpMethod: string;
  readonly timeoutMs: number;
  /** Names of request headers that the template maps a value to. */
  readonly mappedRequestHeaders: readonly string[];
}

/** `MOCK`, without VTL. */
export interface MockIntegration {
  readonly type: 'MOCK';
  /** The handling of a request whose content type has no template: with `NEVER` it is a 415. */
  readonly passthrough: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  /** The status that each request template names, by content type. */
  readonly statusByContentType: Readonly<Record<string, string>>;
  readonly responses: readonly MockResponse[];
}

export interface MockResponse {
  readonly statusCode: number;
  /** `undefined` for the default response. */
  readonly selectionPattern: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CustomGatewayResponse {
  readonly statusCode: number | undefined;
  readonly responseParameters: Readonly<Record<string, string>>;
  /** By content type; `undefined` keeps the stock template. */
  readonly responseTemplates: Readonly<Record<string, string>> | undefined;
}

/** A Lambda function, as the runner runs it. */
export interface LambdaFunction {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The folder of the bundle. */
  readonly folder: string;
  readonly language: 'node' | 'python';
  /** Why it cannot run on this machine; `undefined` if it can. */
  readonly notServed: string | undefined;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly logGroupName: string;
  readonly roleArn: string;
  /** The policy that lets other principals invoke it. */
  readonly resourcePolicy: PolicyDocument;
  /** The maximum number of retries of an asynchronous invocation. */
  readonly maxRetryAttempts: number;
  /** Whether Lambda sends traces of it to X-Ray. */
  readonly tracing: boolean;
  /** The queue for the event of an asynchronous invocation whose last attempt failed. */
  readonly deadLetterArn: string | undefined;
}

/** A custom domain, or a path of it, with its REST API. */
export interface Domain {
  readonly url: string;
  readonly apiId: string;
}

/** An IAM policy document. */
export interface PolicyDocument {
  readonly Version?: string | undefined;
  readonly Statement: readonly PolicyStatement[];
}

/** A statement. The runtime reads the named members; it may have others. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[] | undefined;
  readonly Resource?: string | readonly string[] | undefined;
  readonly [member: string]: unknown;
}

export interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

/** A managed policy of the template. */
export interface ManagedPolicy extends NamedPolicy {
  readonly arn: string;
}

/** A role with all policies that are attached to it. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly trustPolicy: PolicyDocument;
  readonly policies: readonly NamedPolicy[];
}

export interface StackOutputs {
  readonly stackName: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The part of a set of stacks that the APIs, the functions and IAM need. An AWS stand-in reads its own part of `stacks`. */
export interface ServedModel {
  readonly stacks: readonly Stack[];
  readonly apis: readonly RestApi[];
  readonly functions: readonly LambdaFunction[];
  readonly domains: readonly Domain[];
  readonly roles: readonly Role[];
  readonly managedPolicies: readonly ManagedPolicy[];
  /** The outputs of each stack. */
  readonly outputs: readonly StackOutputs[];
  /** One line per part of the templates that is not served locally. */
  readonly warnings: readonly string[];
}
