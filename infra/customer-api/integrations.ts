import { Names } from 'aws-cdk-lib';
import { AwsIntegration, type Integration, LambdaIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** So many methods of a function have a permission of their own; about 45 would pass the 20,480 bytes of its policy. */
const permissionsPerMethod = 10;

/** Hands the methods of one API to functions, none of which may be tested from the console: a test skips the authorizer. */
export class Integrations {
  readonly #api: RestApi;
  readonly #stageName: string;
  readonly #methods = new Map<IFunction, number>();

  constructor(api: RestApi, stageName: string) {
    this.#api = api;
    this.#stageName = stageName;
  }

  /** The integration of one more method of a function; from the eleventh on, one permission is for all methods of the stage. */
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
