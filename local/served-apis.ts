import { outputNames } from '../shared/deployment.ts';
import { aws } from './account.ts';
import type { Gateway } from './gateway/gateway.ts';
import { isTaken, portTaken } from './ports.ts';
import type { Domain, RestApi, ServedModel, StackOutputs } from './template/model.ts';
import { UserError } from './user-error.ts';

/** A REST API and where it listens. */
export interface ServedApi {
  readonly api: RestApi;
  readonly gateway: Gateway;
  /** With the stage, without a trailing slash. */
  readonly url: string;
}

/** The URLs that a stage would have on AWS. */
function publicUrls({ apiId, stageName }: RestApi, domains: readonly Domain[]): string[] {
  const own = domains.filter((domain) => domain.apiId === apiId).map(({ url }) => url);
  return [`https://${apiId}.execute-api.${aws.region}.${aws.urlSuffix}/${stageName}`, ...own];
}

/**
 * Serves the REST APIs of a model. The customers' API, which the output `ApiUrl` names, gets `port`. The others get the next
 * ports, or free ones if those are taken. `before` has the URLs of a deployment whose ports are reused.
 */
export async function serveApis(
  model: ServedModel,
  port: number,
  gatewayOf: (api: RestApi) => Gateway,
  cleanUp: AsyncDisposableStack,
  before: readonly string[] = [],
): Promise<ServedApi[]> {
  const apis: ServedApi[] = [];
  for (const api of customersFirst(model)) {
    const gateway = gatewayOf(api);
    const index = apis.length;
    const preferred = Number(URL.parse(before[index] ?? '')?.port || (port && port + index));
    const url = index === 0 ? await listen(gateway, preferred) : await listenNear(gateway, preferred);
    cleanUp.defer(() => gateway.close());
    apis.push({ api, gateway, url });
  }
  return apis;
}

/** The routes of an API: its name, and the methods of each path. */
export interface ServedRoutes {
  readonly name: string;
  readonly url: string;
  readonly methods: readonly (readonly [path: string, methods: readonly string[]])[];
}

/** The routes of an API, to show to people. A stack output with its URL gives it its name. */
export function servedRoutes({ api, url }: ServedApi, outputs: readonly StackOutputs[]): ServedRoutes {
  const named = outputs.flatMap(({ stackName, outputs: values }) =>
    Object.entries(values).flatMap(([output, value]) => (value === url ? [`${stackName} ${output}`] : [])),
  );
  const methods = new Map<string, string[]>();
  for (const { method, resourcePath } of api.routes) {
    if (method === 'OPTIONS') continue;
    methods.set(resourcePath, [...(methods.get(resourcePath) ?? []), method]);
  }
  return { name: named[0] ?? api.logicalId, url, methods: [...methods].sort(([a], [b]) => (a < b ? -1 : 1)) };
}

/** Makes the function that replaces URLs that APIs would have on AWS with their local ones. */
export function localUrls(apis: readonly ServedApi[], domains: readonly Domain[]): (text: string) => string {
  const urls = apis.flatMap(({ api, url }) => publicUrls(api, domains).map((onAws) => [onAws, url] as const));
  return (text) => urls.reduce((changed, [onAws, url]) => changed.replace(onAws, url), text);
}

/** A stack's outputs with local URLs. */
export function localOutputs({ stackName, outputs }: StackOutputs, localize: (text: string) => string): StackOutputs {
  return {
    stackName,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, localize(value)])),
  };
}

function customersFirst({ apis, outputs, domains }: ServedModel): RestApi[] {
  const url = outputs.map((stack) => stack.outputs[outputNames.apiUrl]).find((output) => output !== undefined);
  const customers = apis.find((api) => publicUrls(api, domains).includes(url ?? ''));
  if (!customers)
    throw new UserError('The synthesized template needs an output ApiUrl with the URL of one of its REST APIs.');
  return [customers, ...apis.filter((api) => api !== customers)];
}

async function listen(gateway: Gateway, port: number): Promise<string> {
  try {
    return await gateway.listen(port);
  } catch (error) {
    throw isTaken(error) ? portTaken(port) : error;
  }
}

/** Listens on the port, or on a free one if it is taken. */
async function listenNear(gateway: Gateway, port: number): Promise<string> {
  try {
    return await gateway.listen(port > 65_535 ? 0 : port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return gateway.listen(0);
  }
}
