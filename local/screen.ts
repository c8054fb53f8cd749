import { styleText } from 'node:util';
import type { FailureReason } from './failure-reasons.ts';
import { firstPath } from './first-request.ts';
import type { AccessRecord } from './gateway/gateway.ts';
import type { Runtime } from './runtime.ts';

// The output of `npm start`. Only a terminal gets colours: styleText leaves them out elsewhere, and with NO_COLOR.

type Style = Parameters<typeof styleText>[0];

const styled = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** Runs a slow step. Prints its start, and how long it took. */
export async function step<T>(what: string, run: () => Promise<T>, after: (value: T) => string = () => ''): Promise<T> {
  const startedAt = performance.now();
  console.log(styled('dim', `${what} …`));
  const value = await run();
  console.log(styled('dim', `  done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s${after(value)}`));
  return value;
}

export function note(text: string): void {
  console.log(styled('dim', text));
}

export function warn(text: string): void {
  console.warn(styled('yellow', `warning: ${text}`));
}

export function fault(text: string): void {
  console.error(styled('red', text));
}

/** Prints one line per request: its status in a colour, its duration and its caller. */
export function showAccess({ context, durationMs }: AccessRecord): void {
  const { httpMethod = '', resourcePath = '(no such route)', status = '' } = context;
  const caller = ['authorizer.organizationId', 'authorizer.keyId', 'identity.userArn', 'authorizer.code']
    .map((name) => context[name])
    .filter(Boolean);
  const colour = status >= '500' ? 'red' : status >= '400' ? 'yellow' : 'green';
  const rest = styled('dim', [durationMs, 'ms', ...caller].join(' '));
  console.log(`${httpMethod} ${resourcePath} ${styled(colour, status)} ${rest}`);
}

/** Prints why a request failed, below its line. */
export function showReasons(reasons: readonly FailureReason[], logFolder: string): void {
  for (const { functionName, summary, stack } of reasons) {
    fault(`  reason: ${summary}`);
    for (const line of stack?.split('\n').slice(1, 8) ?? []) console.error(styled('dim', `  ${line.trimEnd()}`));
    console.error(styled('dim', `  log: ${logFolder}/${functionName}.log`));
  }
}

/** Prints the routes and how to use them. */
export function greet({ outputs, warnings, routes }: Runtime, dataDir: string): void {
  for (const warning of warnings) warn(warning);
  console.log('');
  for (const { name, url, methods } of routes) {
    console.log(`${styled('bold', name)}  ${url}`);
    for (const [path, verbs] of methods) console.log(styled('dim', `  ${verbs.join(' ').padEnd(16)} ${path}`));
  }
  const { adminKey, scalekit, apiUrl } = outputs;
  console.log(`\nLogs are in ${dataDir}/logs. To set shell variables: . ${dataDir}/env`);
  console.log(
    adminKey === null
      ? `Uses the Scalekit at ${scalekit.environmentUrl}. Send a request with one of its keys:\n`
      : 'An organization key is ready. A first request:\n',
  );
  console.log(
    `  curl -w '\\n' -H "Authorization: Bearer ${adminKey ?? 'KEY'}" ${apiUrl}${firstPath(routes, apiUrl)}\n`,
  );
  console.log(`${styled('green', 'ready')} ${apiUrl}  Ctrl-C stops.`);
}

/** Prints a link to the page for keys. */
export function showPortalLink(link: string): void {
  console.log(`The page for keys:  ${styled('bold', link)}`);
  note(
    '  It works once, for 15 minutes. Another: npm run -s keys -- portal-link --local --scope "keys:read keys:write"',
  );
}
