import { Duration } from 'aws-cdk-lib';
import type { CfnMethod, CorsOptions, IResource } from 'aws-cdk-lib/aws-apigateway';
import { corsExposeHeaders, operationNameOf } from '../../shared/deployment.ts';
import type { Config } from '../config.ts';

/** The CORS options for pages of the allowed origin. */
function preflightFor(config: Config): CorsOptions {
  return {
    allowOrigins: [config.corsAllowOrigin],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: [...corsExposeHeaders],
    maxAge: Duration.hours(1),
  };
}

/** Adds a preflight to a resource. On an `adopted` API, it overrides the defaults and binary types of the API. */
export function addPreflight(resource: IResource, config: Config, adopted: boolean): void {
  const preflight = resource.addCorsPreflight(preflightFor(config)).node.defaultChild as CfnMethod;
  preflight.operationName = operationNameOf('OPTIONS', resource.path);
  refuseOtherBodyTypes(preflight);
  if (adopted) {
    preflight.apiKeyRequired = false;
    preflight.requestParameters = {};
    preflight.addPropertyOverride('Integration.ContentHandling', 'CONVERT_TO_TEXT'); // otherwise 500 if every type is binary
  }
  resource.api.latestDeployment?.addToLogicalId({ preflight: ['without the defaults of the API', passthrough] });
}

/** The passthrough behavior of every preflight's integration: a change needs a new deployment. */
export const passthrough = 'NEVER';

/** Refuses a preflight with another body type; by default, API Gateway would fail on it. */
function refuseOtherBodyTypes(preflight: CfnMethod): void {
  preflight.addPropertyOverride('Integration.PassthroughBehavior', passthrough);
}
