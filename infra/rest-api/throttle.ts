import type { CfnStage, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Throttle } from '../key-functions.ts';

/** Limits the requests of one method of an API's stage. */
export function throttle(api: RestApi, httpMethod: string, path: string, { ratePerSecond, burst }: Throttle): void {
  const stage = api.deploymentStage.node.defaultChild as CfnStage;
  const others = Array.isArray(stage.methodSettings) ? stage.methodSettings : [];
  stage.methodSettings = [
    ...others,
    {
      httpMethod,
      resourcePath: `/${path.replaceAll('/', '~1')}`,
      // The settings of a method inherit nothing from the stage.
      dataTraceEnabled: false,
      cachingEnabled: false,
      throttlingRateLimit: ratePerSecond,
      throttlingBurstLimit: burst,
    },
  ];
}
