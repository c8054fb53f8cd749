/**
 * lambda/ runs the functions of the template, each in its own worker threads with the permissions of its role. The entry
 * point is `LambdaService`. As on AWS, an error or a timeout of a function is a result and never an exception.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { arnOf } from '../account.ts';
import type { Iam, Identity, ServicePrincipal } from '../iam/iam.ts';
import type { LambdaFunction } from '../template/model.ts';
import { UserError } from '../user-error.ts';
import { type FunctionMetrics, FunctionRunner } from './function-runner.ts';
import type { InvocationResult } from './protocol.ts';

interface Deployed {
  readonly lambda: LambdaFunction;
  readonly runner: FunctionRunner;
  readonly role: Identity;
}

/** The error type of a function that cannot run on this machine. */
export const notServedError = 'LocalRuntime.NotServed';

/** Sends an event to a dead-letter queue with the permissions of a role, after the last attempt failed. */
export type SendDeadLetter = (role: Identity, queueArn: string, body: string) => Promise<unknown>;

/** Pauses before the retries of an asynchronous invocation; on AWS they are 1 and 2 minutes. */
const retryPausesMs = [1_000, 2_000];

/** The functions of the runtime, by ARN. Each has its own credentials, from its role. */
export class LambdaService {
  readonly #functions: ReadonlyMap<string, Deployed>;
  readonly #iam: Iam;
  readonly #sendDeadLetter: SendDeadLetter;

  private constructor(functions: readonly Deployed[], iam: Iam, sendDeadLetter: SendDeadLetter) {
    this.#functions = new Map(functions.map((deployed) => [deployed.lambda.arn, deployed]));
    this.#iam = iam;
    this.#sendDeadLetter = sendDeadLetter;
  }

  /** Deploys the functions. Rejects with a UserError if Lambda cannot assume a role, as a deployment to AWS would. */
  static async deploy(
    functions: readonly LambdaFunction[],
    environment: Readonly<Record<string, string>>,
    iam: Iam,
    log: (functionName: string, text: string) => void,
    sendDeadLetter: SendDeadLetter = async () => {},
  ): Promise<LambdaService> {
    const deployed = functions.map(async (lambda) => {
      const service = { service: 'lambda.amazonaws.com', sourceArn: lambda.arn };
      const role = await iam.assumeRole(lambda.roleArn, lambda.name, service);
      if (!role)
        throw new UserError(
          `Lambda cannot assume the role of ${lambda.logicalId}. Its trust policy must allow lambda.amazonaws.com.`,
        );
      if (lambda.tracing) await requestTracing(iam, role);
      const write = guardedLog(iam, role, lambda, (text) => log(lambda.name, text));
      return { lambda, role, runner: new FunctionRunner(lambda, { ...environment, ...credentialsOf(role) }, write) };
    });
    return new LambdaService(await Promise.all(deployed), iam, sendDeadLetter);
  }

  /** Invokes a function on behalf of a principal: `denied` if no policy allows it, `undefined` if there is no such function. */
  async invoke(
    functionArn: string,
    event: unknown,
    principal: Identity | ServicePrincipal,
  ): Promise<InvocationResult | 'denied' | undefined> {
    const deployed = this.#functions.get(functionArn);
    if (!deployed) return undefined;
    const allowed = await this.#iam.isAllowed({
      principal,
      action: 'lambda:InvokeFunction',
      resource: functionArn,
      resourcePolicy: deployed.lambda.resourcePolicy,
    });
    if (!allowed) return 'denied';
    const { notServed, logicalId } = deployed.lambda;
    if (notServed === undefined) return deployed.runner.invoke(event);
    return { ok: false, errorType: notServedError, errorMessage: `AWS::Lambda::Function ${logicalId}: ${notServed}` };
  }

  /**
   * Invokes a function asynchronously, with its retries. Resolves after the last attempt, also if that failed and left a dead
   * letter.
   */
  async invokeLater(
    functionArn: string,
    event: unknown,
    principal: Identity | ServicePrincipal,
  ): Promise<'done' | 'denied'> {
    const deployed = this.#functions.get(functionArn);
    if (!deployed) return 'denied';
    const { maxRetryAttempts, deadLetterArn } = deployed.lambda;
    for (let attempt = 0; ; attempt++) {
      const result = await this.invoke(functionArn, event, principal);
      if (result === 'denied' || result === undefined) return 'denied';
      if (result.ok) return 'done';
      if (attempt >= maxRetryAttempts) break;
      await delay(retryPausesMs[attempt] ?? 0, undefined, { ref: false });
    }
    if (deadLetterArn) await this.#sendDeadLetter(deployed.role, deadLetterArn, JSON.stringify(event)).catch(() => {}); // IAM reports why
    return 'done';
  }

  /** A function whose events Lambda polls with the function's role. Its invocation needs no other permission. */
  polled(
    functionArn: string,
  ): { readonly role: Identity; readonly invoke: (event: unknown) => Promise<InvocationResult> } | undefined {
    const deployed = this.#functions.get(functionArn);
    if (deployed?.lambda.notServed !== undefined) return undefined;
    return deployed && { role: deployed.role, invoke: (event) => deployed.runner.invoke(event) };
  }

  /** The metrics of each function since the start, by logical id. */
  metrics(): Record<string, FunctionMetrics> {
    const all = [...this.#functions.values()];
    return Object.fromEntries(all.map(({ lambda, runner }) => [lambda.logicalId, { ...runner.metrics }]));
  }

  /** The folders of the functions' code. */
  get folders(): string[] {
    return [...new Set([...this.#functions.values()].map(({ runner }) => runner.folder))];
  }

  /** Makes the functions in `folder` run the code in `by`. */
  replaceCode(folder: string, by: string): void {
    for (const { runner } of this.#functions.values()) if (runner.folder === folder) runner.replaceCode(by);
  }

  /** Changes the variables of the template for environments that start from now on: APIs have other URLs here. */
  localize(change: (value: string) => string): void {
    for (const { runner } of this.#functions.values()) runner.localize(change);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#functions.values()].map(({ runner }) => runner.close()));
  }
}

/** Lambda sends traces with the function's role. If that role may not send them, they are lost, and IAM reports it. */
async function requestTracing(iam: Iam, role: Identity): Promise<void> {
  const actions = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
  await Promise.all(actions.map((action) => iam.isAllowed({ principal: role, action, resource: '*' })));
}

/** Drops logs that the function's role may not write, as on AWS. */
function guardedLog(
  iam: Iam,
  role: Identity,
  lambda: LambdaFunction,
  log: (text: string) => void,
): (text: string) => void {
  const resource = arnOf('logs', `log-group:${lambda.logGroupName}:log-stream:local`);
  let allowed: Promise<boolean> | undefined;
  return (text) => {
    allowed ??= Promise.all(
      ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) =>
        iam.isAllowed({ principal: role, action, resource }),
      ),
    ).then((decisions) => decisions.every(Boolean));
    void allowed.then((may) => may && log(text));
  };
}

function credentialsOf({ credentials }: Identity): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
  };
}
