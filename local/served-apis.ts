import { aws } from './account.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Domain, RestApi, StackOutputs } from './template/model.ts';

/** A REST API and where it listens. */
export interface ServedApi {
  readonly api: RestApi;
  readonly gateway: Gateway;
  /** With the stage, without a slash at its end. */
  readonly url: string;
}

/** The URLs that a stage would have on AWS. */
export function publicUrls({ apiId, stageName }: RestApi, domains: readonly Domain[]): string[] {
  const own = domains.filter((domain) => domain.apiId === apiId).map(({ url }) => url);
  return [`https://${apiId}.execute-api.${aws.region}.${aws.urlSuffix}/${stageName}`, ...own];
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
