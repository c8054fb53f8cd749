import { Logger } from '@aws-lambda-powertools/logger';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ScalekitClient } from '@scalekit-sdk/node';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';

// The authorizer that a user of the SDK writes from its documentation. We measure ours against it.

const logger = new Logger();
const ssm = new SSMClient();
let client: ScalekitClient | undefined;

async function scalekit(): Promise<ScalekitClient> {
  if (client) return client;
  const path = process.env['SCALEKIT_PARAMETER_PATH'];
  const names = ['environment-url', 'client-id', 'client-secret'].map((name) => `${path}/${name}`);
  const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: names, WithDecryption: true }));
  const [url = '', id = '', secret = ''] = names.map((name) => Parameters.find(({ Name }) => Name === name)?.Value);
  client = new ScalekitClient(url, id, secret);
  return client;
}

export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = (event.headers?.['Authorization'] ?? '').replace(/^Bearer /, '');
  try {
    const { tokenInfo } = await (await scalekit()).token.validateToken(token);
    logger.info('allowed', { keyId: tokenInfo?.tokenId ?? '' });
    return answer('Allow', tokenInfo?.userId ?? tokenInfo?.organizationId ?? '', event.methodArn);
  } catch (error) {
    logger.error('denied', error as Error);
    return answer('Deny', 'anonymous', event.methodArn);
  }
}

function answer(Effect: 'Allow' | 'Deny', principalId: string, Resource: string): APIGatewayAuthorizerResult {
  const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource }];
  return { principalId, policyDocument: { Version: '2012-10-17', Statement } };
}
