import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { handler as middyHandler } from '../../examples/backends/middy.ts';
import { handler as plainHandler } from '../../examples/backends/plain.ts';
import { handler as powertoolsHandler } from '../../examples/backends/powertools.ts';
import { withCaller } from '../../package/caller.ts';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 1000 } as Context;
const event = (authorizer: object | null) =>
  ({
    httpMethod: 'GET',
    path: '/orders',
    resource: '/orders',
    headers: {},
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
    requestContext: {
      requestId: 'r',
      path: '/v1/orders',
      httpMethod: 'GET',
      stage: 'v1',
      domainName: 'api.example',
      authorizer,
    },
  }) as unknown as APIGatewayProxyEvent;
const caller = { keyId: 'apit_1', organizationId: 'org_1', userId: 'usr_1', customClaims: '{}', roles: '[]' };

describe.each<[string, Handler]>([
  ['a plain handler', plainHandler],
  ['Powertools’ event handler', powertoolsHandler as unknown as Handler],
  ['middy', middyHandler as unknown as Handler],
])('%s', (_what, handler) => {
  test('receives the caller', async () => {
    const answer = await handler(event(caller), context);
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ organizationId: 'org_1', userId: 'usr_1' });
  });

  test.each([
    ['without a caller', null, 500, 'internal_error'],
    ['with a malformed caller', { ...caller, roles: 'admin' }, 500, 'internal_error'],
    ['with an expired key', { ...caller, expiresAt: '2020-01-01T00:00:00Z' }, 401, 'invalid_token'],
  ])('%s answers as every other example', async (_case, authorizer, status, code) => {
    const { statusCode, headers, multiValueHeaders, body } = await handler(event(authorizer), context);
    const sent = new Headers([...Object.entries(headers ?? {}), ...Object.entries(multiValueHeaders ?? {})] as [
      string,
      string,
    ][]);
    expect(statusCode).toBe(status);
    expect(sent.get('Content-Type')).toBe('application/problem+json');
    expect(sent.get('Cache-Control')).toBe('no-store');
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status, code, requestId: 'r' });
    expect(body).toBe((await plainHandler(event(authorizer), context)).body);
  });
});

test('an event that is not a request is answered with a logged 500, never an exception', async () => {
  const never = () => Promise.reject(new Error('called'));
  const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event' } as unknown as APIGatewayProxyEvent;
  const { statusCode, body } = await withCaller(never)(scheduled, context);
  expect(statusCode).toBe(500);
  expect(JSON.parse(body)).toMatchObject({ code: 'internal_error', requestId: 'r' });
});

test('a page of the configured origin can read its refusals', async () => {
  const never = async () => ({ statusCode: 200, body: '' });
  const handler = withCaller(never, { corsAllowOrigin: 'https://app.example' });
  expect((await handler(event(null), context)).headers).toMatchObject({
    'Access-Control-Allow-Origin': 'https://app.example',
  });
  expect((await withCaller(never)(event(null), context)).headers).not.toHaveProperty('Access-Control-Allow-Origin');
});
