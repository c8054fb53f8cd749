import { Annotations, Aspects } from 'aws-cdk-lib';
import { CfnMethod, type CfnStage, type RestApi } from 'aws-cdk-lib/aws-apigateway';

/** The default limit of API Gateway per second, account and region; in 13 regions it is a quarter. */
const accountLimit = 10_000;

/**
 * Prints in one line how many requests all methods of an API accept together. It never fails: an account may have a higher limit.
 */
export function tellSumOfLimits(api: RestApi, name: string): void {
  Aspects.of(api).add({
    visit(node) {
      if (node !== api) return;
      const stage = api.deploymentStage.node.defaultChild as CfnStage;
      const settings = (Array.isArray(stage.methodSettings) ? stage.methodSettings : []) as readonly Setting[];
      const own = settings.filter(({ resourcePath }) => resourcePath !== '/*');
      const ofOthers = settings.find(({ resourcePath }) => resourcePath === '/*')?.throttlingRateLimit ?? 0;
      const methods = api.node.findAll().filter((one) => one instanceof CfnMethod).length;
      const sum = own.reduce((total, { throttlingRateLimit = 0 }) => total + throttlingRateLimit, 0);
      const total = sum + Math.max(0, methods - own.length) * ofOthers;
      Annotations.of(api).addInfo(
        `The methods of ${name} accept ${total} requests per second together; an account accepts ${accountLimit} by default.`,
      );
    },
  });
}

interface Setting {
  readonly resourcePath?: string;
  readonly throttlingRateLimit?: number;
}
