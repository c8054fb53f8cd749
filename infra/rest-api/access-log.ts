import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';

/**
 * One JSON line per request: the fields of every API, and `ownFields`. Never a header, a query or a body: they may contain keys.
 */
export function accessLogFormat(ownFields: Readonly<Record<string, string>>): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      // AWS Support asks for it.
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
