import { outputNames } from '../shared/deployment.ts';
import { aws } from './account.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Domain, RestApi, ServedModel, StackOutputs } from './template/model.ts';
import { UserError } from './user-error.ts';

/** A REST API and where it listens. */
export interface ServedApi {
  readonly api: RestApi;
  readonly gateway: Gateway;
  /** With the stage, without a slash at its end. */
  readonly url: string;
}

/** The URLs that a stage would have on AWS. */
function publicUrls({ apiId, stageName }: RestApi, domains: readonly Domain[]): string[] {
  const own = domains.filter((domain) => domain.apiId === apiId).map(({ url }) => url);
  return [`https://${apiId}.execute-api.${aws.region}.${aws.urlSuffix}/${stageName}`, ...own];
}

/** Serves the REST APIs of a model. The customers' API, which the output `ApiUrl` names, is on `port`; the others are on free ones. */
export async function serveApis(
  model: ServedModel,
  port: number,
  gatewayOf: (api: RestApi) => Gateway,
  cleanUp: AsyncDisposableStack,
): Promise<ServedApi[]> {
  const apis: ServedApi[] = [];
  for (const api of customersFirst(model)) {
    const gateway = gatewayOf(api);
    const url = await listen(gateway, apis.length === 0 ? port : 0);
    cleanUp.defer(() => gateway.close());
    apis.push({ api, gateway, url });
  }
  return apis;
}

/** A stack's outputs, with the local URLs in the place of those on AWS. */
export function localOutputs(
  { stackName, outputs }: StackOutputs,
  apis: readonly ServedApi[],
  domains: readonly Domain[],
): StackOutputs {
  const urls = apis.flatMap(({ api, url }) => publicUrls(api, domains).map((onAws) => [onAws, url] as const));
  const localUrl = (value: string) => urls.reduce((text, [onAws, url]) => text.replace(onAws, url), value);
  return {
    stackName,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, localUrl(value)])),
  };
}

function customersFirst({ apis, outputs, domains }: ServedModel): RestApi[] {
  const url = outputs.map((stack) => stack.outputs[outputNames.apiUrl]).find((output) => output !== undefined);
  const customers = apis.find((api) => publicUrls(api, domains).includes(url ?? ''));
  if (!customers) throw new UserError('The synthesized template has no REST API that its output ApiUrl names.');
  return [customers, ...apis.filter((api) => api !== customers)];
}

async function listen(gateway: Gateway, port: number): Promise<string> {
  try {
    return await gateway.listen(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UserError(
      `Port ${port} is taken. Choose another: npm start -- --port ${port + 1}, or --port 0 for a free one.`,
    );
  }
}
