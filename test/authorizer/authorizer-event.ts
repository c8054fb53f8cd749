/** The event of a REQUEST authorizer for `GET /whoami` with a key. */
export function authorizerEvent(key: string) {
  const headers = { Authorization: `Bearer ${key}` };
  return {
    type: 'REQUEST',
    resource: '/whoami',
    methodArn: 'arn:aws:execute-api:us-east-1:123456789012:api/v1/GET/whoami',
    headers,
    multiValueHeaders: { Authorization: [headers.Authorization] },
    requestContext: { requestId: 'bench', identity: { sourceIp: '192.0.2.1' } },
  };
}
