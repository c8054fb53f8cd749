import { serveAws } from '../../local/aws/server.ts';
import type { ParameterStore } from '../../local/aws/ssm.ts';
import type { JsonServer } from '../../local/http/http-json.ts';
import { administratorAccess, Iam } from '../../local/iam/iam.ts';

const iam = new Iam([]);
export const { credentials } = iam.createUser('test', [administratorAccess]);

/** Serves only SSM, for clients with {@link awsEnvironment}. */
export function serveParameters(parameters: ParameterStore): Promise<JsonServer> {
  return serveAws(iam, { ssm: parameters });
}

/** The environment that directs AWS clients to {@link serveParameters}. */
export function awsEnvironment(server: Pick<JsonServer, 'url'>): Record<string, string> {
  return environmentFor(server, credentials);
}

/** The environment that directs AWS clients to a server, with its user's credentials. */
export function environmentFor(
  server: Pick<JsonServer, 'url'>,
  user: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: user.accessKeyId,
    AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
    AWS_ENDPOINT_URL: server.url,
  };
}
