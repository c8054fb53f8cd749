import { Names } from 'aws-cdk-lib';
import { AwsIntegration, type Integration, LambdaIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** Methods per function that have their own permission. About 45 would exceed the 20,480 bytes of its policy. */
const permissionsPerMethod = 10;

/** Integrates the methods of one API with functions. The console may not test them, because a test skips the authorizer. */
export class Integrations {
  readonly #api: RestApi;
  readonly #stageName: string;
  readonly #methods = new Map<IFunction, number>();

  constructor(api: RestApi, stageName: string) {
    this.#api = api;
    this.#stageName = stageName;
  }

  /** The integration for one more method of a function. From the eleventh on, one permission covers all methods of the stage. */
  of(handler: IFunction): Integration {
    const method = (this.#methods.get(handler) ?? 0) + 1;
    this.#methods.set(handler, method);
    if (method <= permissionsPerMethod) return new LambdaIntegration(handler, { allowTestInvoke: false });
    if (method === permissionsPerMethod + 1) this.#permitStage(handler);
    return new AwsIntegration({
      service: 'lambda',
      proxy: true,
      path: `2015-03-31/functions/${handler.functionArn}/invocations`,
    });
  }

  #permitStage(handler: IFunction): void {
    handler.addPermission(`ApiPermission.${Names.uniqueId(this.#api)}.${this.#stageName}`, {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: this.#api.arnForExecuteApi('*', '/*', this.#stageName),
    });
  }
}
