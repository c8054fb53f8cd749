import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';

/** One JSON line a request: what every API tells, and what is its own. Never a header, a query or a body: they may hold keys. */
export function accessLogFormat(ownFields: Readonly<Record<string, string>>): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      // What AWS's support asks for.
      extendedRequestId: AccessLogField.contextExtendedRequestId(),
      integrationRequestId: '$context.integration.requestId',
      xrayTraceId: AccessLogField.contextXrayTraceId(),
      wafResponseCode: AccessLogField.contextWafResponseCode(),
      time: AccessLogField.contextRequestTime(),
      method: AccessLogField.contextHttpMethod(),
      route: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      sourceIp: AccessLogField.contextIdentitySourceIp(),
      responseLatencyMs: AccessLogField.contextResponseLatency(),
      integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
      errorType: AccessLogField.contextErrorResponseType(),
      ...ownFields,
    }),
  );
}
