import { Annotations, Aspects, type IAspect } from 'aws-cdk-lib';
import { CfnMethod, type IAuthorizer, type IResource } from 'aws-cdk-lib/aws-apigateway';

/** The methods that need no key on purpose: our own open routes. */
export type OpenMethods = ReadonlySet<unknown>;

/**
 * Puts the authorizer on every method at and below a resource, also on methods that are added later. Preflights, open routes of
 * ours and methods with other credentials keep theirs.
 */
export function protectMethods(resource: IResource, { authorizerId }: IAuthorizer, open: OpenMethods): void {
  const protect = (method: CfnMethod) => {
    method.authorizationType = 'CUSTOM';
    method.authorizerId = authorizerId;
  };
  Aspects.of(resource).add(forOpenMethods(open, protect));
  resource.api.latestDeployment?.addToLogicalId({ protected: resource.path }); // a method from before needs a new deployment
}

/** Warns of each method that anybody may call. */
export function warnOfOpenMethods(api: IResource, open: OpenMethods): void {
  const warn = (method: CfnMethod) =>
    Annotations.of(method).addWarningV2(
      'ApiKeyAuth:openMethod',
      `ApiKeyAuth: ${method.httpMethod} ${method.node.path} needs no key. Add { authorizer: auth.authorizer }, call auth.protect(api.root), or acknowledge this warning.`,
    );
  Aspects.of(api).add(forOpenMethods(open, warn), { priority: afterProtection });
}

/** Mutating aspects have the priority 200 or 500 by default; this one reads what they set. */
export const afterProtection = 1_000;

/** An aspect that visits the methods without credentials, except preflights and the methods that are open on purpose. */
function forOpenMethods(open: OpenMethods, act: (method: CfnMethod) => void): IAspect {
  return {
    visit(node) {
      if (!(node instanceof CfnMethod) || node.httpMethod === 'OPTIONS' || open.has(node)) return;
      if ([undefined, 'NONE'].includes(node.authorizationType)) act(node);
    },
  };
}
