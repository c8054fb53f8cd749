import { Annotations, Aspects } from 'aws-cdk-lib';
import { CfnMethod, type CfnStage, type RestApi } from 'aws-cdk-lib/aws-apigateway';

/** What API Gateway takes per second in an account and region by default; 13 regions take a quarter. */
const accountLimit = 10_000;

/** Says in one line how many requests all methods of an API take together. It is never a refusal: an account may have more. */
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
        `The methods of ${name} take ${total} requests per second together; an account takes ${accountLimit} by default.`,
      );
    },
  });
}

interface Setting {
  readonly resourcePath?: string;
  readonly throttlingRateLimit?: number;
}
