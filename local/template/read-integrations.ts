import { z } from 'zod';
import type { Integration, MockIntegration, MockResponse } from './model.ts';

const Texts = z.record(z.string(), z.string());

/** The properties of a method's integration. */
export const IntegrationProperties = z.object({
  Type: z.string(),
  Uri: z.string().default(''),
  IntegrationHttpMethod: z.string().default('POST'),
  TimeoutInMillis: z.number().min(50).default(29_000),
  PassthroughBehavior: z.enum(['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER']).default('WHEN_NO_MATCH'),
  RequestParameters: Texts.default({}),
  RequestTemplates: Texts.default({}),
  IntegrationResponses: z
    .array(
      z.object({
        StatusCode: z.coerce.number(),
        SelectionPattern: z.string().optional(),
        ResponseParameters: Texts.default({}),
        ResponseTemplates: Texts.default({}),
      }),
    )
    .default([]),
});
export type IntegrationProperties = z.output<typeof IntegrationProperties>;

/** Reads an integration; `warn` names one that cannot be called locally. */
export function readIntegration(
  logicalId: string,
  integration: IntegrationProperties,
  warn: (line: string) => void,
): Integration {
  if (integration.Type === 'AWS_PROXY') {
    return {
      type: 'AWS_PROXY',
      functionArn: functionArnOf(integration.Uri),
      httpMethod: integration.IntegrationHttpMethod,
      timeoutMs: integration.TimeoutInMillis,
      mappedRequestHeaders: Object.keys(integration.RequestParameters)
        .filter((name) => name.startsWith('integration.request.header.'))
        .map((name) => name.slice('integration.request.header.'.length)),
    };
  }
  const mock = integration.Type === 'MOCK' ? readMock(integration) : undefined;
  if (mock) return mock;
  const what = integration.Type === 'MOCK' ? 'VTL in a MOCK integration' : `integration type ${integration.Type}`;
  const reason = `AWS::ApiGateway::Method ${logicalId}: ${what} is not served locally`;
  warn(reason);
  return { type: 'NOT_SERVED', reason };
}

/** `undefined` if it needs VTL, which is not run. */
function readMock(integration: IntegrationProperties): MockIntegration | undefined {
  const templates = [
    ...Object.values(integration.RequestTemplates),
    ...integration.IntegrationResponses.flatMap((response) => Object.values(response.ResponseTemplates)),
  ];
  if (templates.some((template) => /[$#]/.test(template))) return undefined;
  return {
    type: 'MOCK',
    passthrough: integration.PassthroughBehavior,
    statusByContentType: Object.fromEntries(
      Object.entries(integration.RequestTemplates).map(([contentType, template]) => [contentType, statusOf(template)]),
    ),
    responses: integration.IntegrationResponses.map(toMockResponse),
  };
}

function statusOf(requestTemplate: string): string {
  return /["']?statusCode["']?\s*:\s*["']?(\d{3})/.exec(requestTemplate)?.[1] ?? '';
}

function toMockResponse(response: IntegrationProperties['IntegrationResponses'][number]): MockResponse {
  const prefix = 'method.response.header.';
  return {
    statusCode: response.StatusCode,
    selectionPattern: response.SelectionPattern,
    headers: Object.fromEntries(
      Object.entries(response.ResponseParameters)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value.replace(/^'(.*)'$/s, '$1')]),
    ),
    body: response.ResponseTemplates['application/json'] ?? '',
  };
}

/** The function ARN in a URI of API Gateway: `…:lambda:path/2015-03-31/functions/ARN/invocations` → ARN. */
export function functionArnOf(uri: string): string {
  return /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}
