import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Outputs } from './outputs.ts';
import { ScalekitClient } from './scalekit/sdk.ts';
import { UserError } from './user-error.ts';

// `npm run token`: a session token or a client's token of the embedded Scalekit that `npm start` runs.

interface Options {
  readonly data: string;
  readonly scope: string;
  readonly user?: string;
}

const command = new Command('npm run -s token --')
  .description('prints a token of the embedded Scalekit, while npm start runs')
  .showHelpAfterError();

for (const [name, description, issue] of [
  ['session', 'signs in a user, and prints the session token', sessionToken],
  ['client', 'makes a client of the seeded organization, and prints a token for it', clientToken],
] as const) {
  const one = command
    .command(name)
    .description(description)
    .option('--scope <words>', 'what the token may do', 'keys:read keys:write notes:read notes:write')
    .option('--data <dir>', 'the data folder of the runtime', '.local');
  if (name === 'session') one.option('--user <id>', 'a member of one organization (default: the seeded user)');
  one.action(async (options: Options) => console.log(await issue(options)));
}

async function sessionToken({ data, scope, user }: Options): Promise<string> {
  const { outputs, audience } = runtimeOf(data, 'acceptSessions');
  const answer = await fetch(`${outputs.controlUrl}/scalekit/sessions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${outputs.controlToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ userId: user ?? outputs.userId, permissions: scope.split(' '), audience: [audience] }),
  }).catch(notRunning);
  if (!answer.ok)
    throw new UserError(`The runtime answered ${answer.status}: is the user a member of an organization?`);
  const { sessionToken: token } = (await answer.json()) as { readonly sessionToken: string };
  return token;
}

async function clientToken({ data, scope }: Options): Promise<string> {
  const { outputs, audience } = runtimeOf(data, 'acceptClients');
  const { environmentUrl, clientId, clientSecret } = outputs.scalekit;
  const sdk = new ScalekitClient(environmentUrl, clientId, clientSecret);
  const { client, plainSecret } = await sdk.m2m
    .createOrganizationClient(outputs.organizationId ?? '', {
      name: 'npm run token',
      scopes: scope.split(' '),
      audience: [audience],
    })
    .catch(notRunning);
  const id = client?.clientId ?? '';
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: plainSecret };
  const answer = await fetch(`${environmentUrl}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: token } = (await answer.json()) as { readonly access_token: string };
  console.error(`The client is ${id}.`);
  return token;
}

/** The outputs of the runtime, and the audience that its deployment accepts. */
function runtimeOf(data: string, setting: 'acceptSessions' | 'acceptClients') {
  const file = join(data, 'outputs.json');
  if (!existsSync(file)) return notRunning();
  const outputs = JSON.parse(readFileSync(file, 'utf8')) as Outputs;
  if (outputs.organizationId === null) throw new UserError('The runtime uses your own Scalekit: get a token there.');
  const settings = Object.values(outputs.stacks).flatMap(({ Settings }) => (Settings ? [JSON.parse(Settings)] : []));
  const accepted = settings
    .map((one: Readonly<Record<string, unknown>>) => one[setting])
    .find((one) => one !== undefined);
  if (typeof accepted !== 'string')
    throw new UserError(`The deployment has no setting ${setting}: see docs/tokens.md.`);
  return { outputs, audience: accepted.split(' ')[0] ?? '' };
}

function notRunning(): never {
  throw new UserError('The local runtime does not run here: start it with npm start.');
}

try {
  await command.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
