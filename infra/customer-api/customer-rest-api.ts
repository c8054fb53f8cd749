import { RemovalPolicy, Size } from 'aws-cdk-lib';
import { AccessLogField, LogGroupLogDestination, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Config } from '../config.ts';
import { accessLogFormat } from '../rest-api/access-log.ts';
import { acknowledgeRestApiRules } from '../rest-api/acknowledged.ts';
import { loggingRole, regionalDualStack, requireModernTls } from '../rest-api/endpoint.ts';

/** A REST API for customers: stage `v1`, access logs that identify the caller, and no request logs. */
export function newCustomerRestApi(
  scope: Construct,
  id: string,
  { name, config }: { readonly name: string; readonly config: Config },
): { readonly api: RestApi; readonly accessLog: LogGroup } {
  const accessLog = new LogGroup(scope, 'AccessLog', {
    retention: config.logRetentionDays,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  const api = new RestApi(scope, id, {
    restApiName: name,
    description: "The customers' API: Authorization: Bearer KEY",
    endpointConfiguration: regionalDualStack,
    // API Gateway writes access logs only if the account has a role for it. All APIs share that role, so it outlives this one.
    ...loggingRole(config.cloudWatchRole),
    minCompressionSize: Size.kibibytes(1), // the contract is 30 KB
    deployOptions: {
      stageName: 'v1',
      tracingEnabled: config.tracing,
      dataTraceEnabled: false, // it would log requests, including keys
      throttlingRateLimit: config.throttleRatePerSecond,
      throttlingBurstLimit: config.throttleBurst,
      accessLogDestination: new LogGroupLogDestination(accessLog),
      accessLogFormat: accessLogFormat({
        code: AccessLogField.contextAuthorizer('code'),
        organizationId: AccessLogField.contextAuthorizer('organizationId'),
        userId: AccessLogField.contextAuthorizer('userId'),
        keyId: AccessLogField.contextAuthorizer('keyId'),
        ...tokenFields(config),
        authorizerLatencyMs: '$context.authorizer.latency',
        authorizerError: '$context.authorizer.error',
        authorizerRequestId: '$context.authorizer.requestId',
      }),
    },
  });
  requireModernTls(api);
  acknowledgeRestApiRules(api);
  if (!config.waf)
    acknowledge(api, {
      id: 'AwsSolutions-APIG3',
      reason: 'AWS WAF is a setting: a repeated bad key costs no call to Scalekit, and each method is throttled.',
    });
  api.node.tryRemoveChild('Endpoint'); // the stack has this output under its own name
  return { api, accessLog };
}

/** The fields that identify callers without a key, if the settings accept their tokens. */
function tokenFields({ acceptSessions, acceptClients }: Config): Record<string, string> {
  return {
    ...(acceptSessions === undefined ? {} : { sessionId: AccessLogField.contextAuthorizer('sessionId') }),
    ...(acceptClients === undefined ? {} : { clientId: AccessLogField.contextAuthorizer('clientId') }),
  };
}
