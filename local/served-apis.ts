import type { Gateway } from './gateway/gateway.ts';
import { aws } from './template/intrinsics.ts';
import type { RestApi, StackOutputs } from './template/model.ts';

/** A REST API and where it listens. */
export interface ServedApi {
  readonly api: RestApi;
  readonly gateway: Gateway;
  /** With the stage, without a slash at its end. */
  readonly url: string;
}

/** The URL that a stage would have on AWS. */
export function publicUrl({ apiId, stageName }: RestApi): string {
  return `https://${apiId}.execute-api.${aws.region}.${aws.urlSuffix}/${stageName}`;
}

/** A stack's outputs, with the local URLs in the place of those on AWS. */
export function localOutputs({ stackName, outputs }: StackOutputs, apis: readonly ServedApi[]): StackOutputs {
  const localUrl = (value: string) => apis.reduce((text, { api, url }) => text.replace(publicUrl(api), url), value);
  return {
    stackName,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, localUrl(value)])),
  };
}
