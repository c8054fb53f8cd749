import { Duration } from 'aws-cdk-lib';
import type { CfnMethod, CorsOptions, IResource } from 'aws-cdk-lib/aws-apigateway';
import { corsExposeHeaders } from '../../shared/deployment.ts';
import type { Config } from '../config.ts';

/** How pages of the one allowed origin may call. */
function preflightFor(config: Config): CorsOptions {
  return {
    allowOrigins: [config.corsAllowOrigin],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: [...corsExposeHeaders],
    maxAge: Duration.hours(1),
  };
}

/** Adds a preflight to a resource. The defaults and binary types of an API that we were given, `adopted`, are not for it. */
export function addPreflight(resource: IResource, config: Config, adopted: boolean): void {
  const preflight = resource.addCorsPreflight(preflightFor(config)).node.defaultChild as CfnMethod;
  refuseOtherBodyTypes(preflight);
  if (adopted) {
    preflight.apiKeyRequired = false;
    preflight.requestParameters = {};
    preflight.addPropertyOverride('Integration.ContentHandling', 'CONVERT_TO_TEXT'); // else 500, where every type is binary
  }
  resource.api.latestDeployment?.addToLogicalId({ preflight: ['without the defaults of the API', passthrough] });
}

/** Of every preflight's integration: a change of it is another deployment. */
export const passthrough = 'NEVER';

/** A preflight with a body type of its own is refused, where API Gateway would fail over it. */
function refuseOtherBodyTypes(preflight: CfnMethod): void {
  preflight.addPropertyOverride('Integration.PassthroughBehavior', passthrough);
}
