import aws4 from 'aws4';
import { operatorRoute, outputNames, portalLinksPath } from '../shared/deployment.ts';
import type { Runtime } from './runtime.ts';

/** A deployment that has the page for keys has this route. */
const route = operatorRoute + portalLinksPath;

/** What the link lets a person give to keys, if the setting `scopes` names no words: those of the example. */
const exampleWords = 'notes:read notes:write';

/**
 * Makes a link to the page for the seeded organization's keys; `undefined` if the deployment has no such page. Rejects if it makes
 * no link.
 */
export async function portalLink({ outputs, routes }: Runtime): Promise<string | undefined> {
  const { operatorUrl, organizationId, aws } = outputs;
  const served = routes.find(({ url }) => url === operatorUrl)?.methods.some(([path]) => path === route);
  if (!served || organizationId === null) return undefined;
  const url = new URL(operatorUrl + route.replace('{organizationId}', organizationId));
  const request = {
    service: 'execute-api',
    region: aws.region,
    host: url.host,
    method: 'POST',
    path: url.pathname,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ scope: `keys:read keys:write ${wordsOf(outputs)}` }),
  };
  const { headers = {}, body } = aws4.sign(request, aws);
  const answer = await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body: body ?? '' });
  const { url: link, detail } = (await answer.json()) as { readonly url?: string; readonly detail?: string };
  if (link === undefined) throw new Error(detail ?? `the API answered ${answer.status}`);
  return link;
}

function wordsOf({ stacks }: Runtime['outputs']): string {
  const settings = Object.values(stacks).find((stack) => outputNames.settings in stack)?.[outputNames.settings];
  return (JSON.parse(settings ?? '{}') as { readonly scopes?: string }).scopes ?? exampleWords;
}
