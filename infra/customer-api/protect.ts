import { Annotations, Aspects } from 'aws-cdk-lib';
import { CfnMethod, type IAuthorizer, type IResource } from 'aws-cdk-lib/aws-apigateway';

/** The methods that need no key on purpose: our own open routes. */
export type OpenMethods = ReadonlySet<unknown>;

/**
 * Puts the authorizer on every method at and below a resource, also on methods that are added later. Preflights, open routes of
 * ours and methods with other credentials keep theirs.
 */
export function protectMethods(resource: IResource, { authorizerId }: IAuthorizer, open: OpenMethods): void {
  const visit = (node: unknown) => {
    if (!(node instanceof CfnMethod) || !needsNoCredentials(node) || open.has(node)) return;
    node.authorizationType = 'CUSTOM';
    node.authorizerId = authorizerId;
  };
  Aspects.of(resource).add({ visit });
  resource.api.latestDeployment?.addToLogicalId({ protected: resource.path }); // a method from before needs a new deployment
}

/** Warns of each method that anybody may call. */
export function warnOfOpenMethods(api: IResource, open: OpenMethods): void {
  const visit = (node: unknown) => {
    if (!(node instanceof CfnMethod) || !needsNoCredentials(node) || open.has(node)) return;
    Annotations.of(node).addWarningV2(
      'ApiKeyAuth:openMethod',
      `ApiKeyAuth: ${node.httpMethod} ${node.node.path} needs no key. Add { authorizer: auth.authorizer }, call auth.protect(api.root), or acknowledge this warning.`,
    );
  };
  Aspects.of(api).add({ visit }, { priority: afterProtection });
}

/** Mutating aspects have the priority 200 or 500 by default; this one reads what they set. */
const afterProtection = 1_000;

function needsNoCredentials({ httpMethod, authorizationType }: CfnMethod): boolean {
  return httpMethod !== 'OPTIONS' && [undefined, 'NONE'].includes(authorizationType);
}
