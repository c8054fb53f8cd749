import type { Iam } from '../iam/iam.ts';
import type { RestApi } from '../template/model.ts';
import { type ContextVariables, substitute } from './context.ts';

/** The access log of a stage. API Gateway writes it only if the account's role for logs allows that. */
export class AccessLogger {
  readonly #api: RestApi;
  readonly #iam: Iam;
  #allowed: Promise<boolean> | undefined;

  constructor(api: RestApi, iam: Iam) {
    this.#api = api;
    this.#iam = iam;
  }

  /** The line for a request; `undefined` when the stage has no access log, or API Gateway may not write it. */
  async line(context: ContextVariables): Promise<string | undefined> {
    const { accessLog } = this.#api;
    if (!accessLog) return undefined;
    this.#allowed ??= this.#mayWrite(accessLog.roleArn, accessLog.logGroupArn.replace(/:\*$/, ''));
    return (await this.#allowed) ? substitute(accessLog.format, context, '-') : undefined;
  }

  async #mayWrite(roleArn: string | undefined, logGroupArn: string): Promise<boolean> {
    if (roleArn === undefined) return false;
    const service = { service: 'apigateway.amazonaws.com', sourceArn: logGroupArn };
    const principal = await this.#iam.assumeRole(roleArn, 'apigateway', service);
    if (!principal) return false;
    return this.#iam.isAllowed({ principal, action: 'logs:PutLogEvents', resource: `${logGroupArn}:log-stream:local` });
  }
}
