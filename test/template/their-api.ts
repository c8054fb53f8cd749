import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi, type RestApiProps } from 'aws-cdk-lib/aws-apigateway';
import { ApiKeyAuth, type ApiKeyAuthProps } from '../../infra/api-key-auth.ts';
import { newApp } from '../support/product.ts';

/** A stack of another team's app, with the CDK flags of the project or with the given flags. */
export function newStack(flags?: object): Stack {
  return new Stack(flags === undefined ? newApp() : new App({ context: { ...flags } }), 'Theirs');
}

/** A stack that already has an API. */
export function adopt(
  api: RestApiProps = {},
  props: ApiKeyAuthProps = {},
  prepare: (api: RestApi) => void = () => {},
  flags?: object,
) {
  const stack = newStack(flags);
  const restApi = new RestApi(stack, 'TheirApi', { deployOptions: { stageName: 'live' }, ...api });
  prepare(restApi);
  const auth = new ApiKeyAuth(stack, 'Keys', { ...props, restApi });
  restApi.root.addResource('orders').addMethod('GET', new MockIntegration(), { authorizer: auth.authorizer });
  return { stack, auth, restApi, template: () => Template.fromStack(stack) };
}

/** The methods of an API, `VERB /path` → its properties. */
export function methodsOf(template: Template, apiId: RegExp): Record<string, Record<string, unknown>> {
  const resources = template.findResources('AWS::ApiGateway::Resource');
  const pathOf = (reference: { Ref?: string }): string => {
    const resource = reference.Ref === undefined ? undefined : resources[reference.Ref];
    return resource ? `${pathOf(resource['Properties'].ParentId)}/${resource['Properties'].PathPart}` : '';
  };
  return Object.fromEntries(
    Object.values(template.findResources('AWS::ApiGateway::Method'))
      .filter(({ Properties }) => apiId.test(Properties.RestApiId.Ref))
      .map(({ Properties }) => [`${Properties.HttpMethod} ${pathOf(Properties.ResourceId)}`, Properties]),
  );
}
