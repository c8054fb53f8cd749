import type { DatabaseSync } from 'node:sqlite';
import type { JsonAnswer } from '../http/http-json.ts';
import type { JsonCalls } from '../http/json-calls.ts';
import type { Iam } from '../iam/iam.ts';
import type { LambdaService, SendDeadLetter } from '../lambda/lambda-service.ts';
import type { ServedApi } from '../served-apis.ts';
import type { StackOutputs } from '../template/model.ts';
import type { ServedResources } from '../template/served-properties.ts';
import type { Stack } from '../template/stack.ts';
import type { AwsCall } from './aws-call.ts';

/** A stand-in for one AWS service. */
export interface StandIn<Service extends AwsService = AwsService> {
  /** The resources of a template that belong to the service. */
  readonly resources: ServedResources;
  /** Starts it for a deployment; `undefined` if the deployment does not use it. */
  start(deployment: Deployment): Service | undefined | Promise<Service | undefined>;
}

/** A running stand-in. */
export interface AwsService {
  /** Answers one call; throws an AwsError as the service would answer. */
  call(call: AwsCall): JsonAnswer | Promise<JsonAnswer>;
  /** Its part of the control URL's overview. */
  readonly status?: Readonly<Record<string, unknown>>;
  /** Its calls of the control URL. */
  readonly controls?: JsonCalls;
  close?(): void | Promise<void>;
}

/** The deployment, as a starting stand-in gets it. */
export interface Deployment {
  readonly stacks: readonly Stack[];
  readonly iam: Iam;
  /** Keeps rows across restarts; each stand-in creates its own tables. */
  readonly database: DatabaseSync;
  /** The folder of DynamoDB's tables. */
  readonly tables: string;
  /** Resolves later: stand-ins start first, because functions need their URL. */
  readonly running: Promise<Running>;
}

/** The deployment, once all of it runs. */
export interface Running {
  readonly lambda: LambdaService;
  readonly apis: readonly ServedApi[];
  /** With local URLs. */
  readonly outputs: readonly StackOutputs[];
  readonly sendDeadLetter: SendDeadLetter;
}
