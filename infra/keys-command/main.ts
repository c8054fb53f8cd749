import { Command, InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';
import { connect, type SendSigned } from './operator-api.ts';

// `npm run keys`: manages keys as an operator. The plain key alone goes to stdout, everything else to stderr.

interface CommonOptions {
  readonly organization: string;
  readonly local?: string | boolean;
  readonly stage?: string;
  readonly json?: boolean;
}

interface KeyOptions extends CommonOptions {
  readonly user?: string;
  readonly claim?: Record<string, string>;
  readonly scope?: string;
  readonly description?: string;
  readonly expiresIn?: number;
  readonly overlap?: number;
  readonly replace?: boolean;
}

function duration(text: string): number {
  const value = ms(text as StringValue) as number | undefined;
  if (value === undefined || Number.isNaN(value) || value <= 0) {
    throw new InvalidArgumentError('Use a number and a unit, like 90d, 12h or 30m.');
  }
  return Math.round(value / 1000);
}

function claim(text: string, claims: Record<string, string> = {}): Record<string, string> {
  const [name, value] = text.split(/=(.*)/s);
  if (!name || value === undefined) throw new InvalidArgumentError('Use NAME=VALUE.');
  return { ...claims, [name]: value };
}

/** Sends to the keys of the organization that the options name. */
async function keysOf({ organization, local, stage }: CommonOptions): Promise<SendSigned> {
  const folder = local === true ? '.local' : local || undefined;
  const send = await connect({ local: folder, stage });
  return (method, path, body) => send(method, `/organizations/${encodeURIComponent(organization)}/keys${path}`, body);
}

/** A key that was made: the plain key alone on stdout, or with `--json` the whole answer. */
function showNewKey(answer: unknown, { json }: CommonOptions): void {
  const { key, ...rest } = answer as { key: string };
  if (!json) console.error(JSON.stringify(rest, null, 2));
  console.log(json ? JSON.stringify(answer) : key);
}

function show(answer: unknown, { json }: CommonOptions): void {
  if (json) console.log(JSON.stringify(answer));
  else console.error(JSON.stringify(answer, null, 2));
}

/** Every active key, whatever the number of pages. */
async function listAll(send: SendSigned, userId: string | undefined): Promise<unknown[]> {
  const keys: unknown[] = [];
  for (let pageToken: string | undefined; ; ) {
    const query = new URLSearchParams({ pageSize: '30' });
    if (userId !== undefined) query.set('userId', userId);
    if (pageToken !== undefined) query.set('pageToken', pageToken);
    const page = (await send('GET', `?${query.toString()}`)) as { keys: unknown[]; nextPageToken?: string };
    keys.push(...page.keys);
    if (page.nextPageToken === undefined) return keys;
    pageToken = page.nextPageToken;
  }
}

const program = new Command('npm run keys --')
  .description('Manages the API keys of an organization, with AWS credentials. The plain key alone goes to stdout.')
  .helpCommand(false);

/** A command with the options that all have in common. */
function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--organization <id>', 'the organization whose keys are meant')
    .option('--stage <name>', 'the deployment; by default that of cdk.json')
    .option('--local [folder]', 'a local runtime instead, by its data folder (.local)')
    .option('--json', 'print the answer to stdout as one line of JSON');
}

command('create', 'make a key')
  .option('--user <id>', 'make it for a user of the organization')
  .option('--description <text>')
  .option('--scope <words>', 'like "keys:read keys:write"')
  .option('--claim <name=value>', 'a custom claim; may be repeated', claim)
  .option('--expires-in <duration>', 'like 90d; without it the key does not expire', duration)
  .action(async ({ user, description, scope, claim: customClaims, expiresIn, ...common }: KeyOptions) => {
    const send = await keysOf(common);
    showNewKey(await send('POST', '', { userId: user, description, scope, customClaims, expiresIn }), common);
  });

command('list', 'show the active keys')
  .option('--user <id>', 'only those of a user')
  .action(async ({ user, ...common }: KeyOptions) => show(await listAll(await keysOf(common), user), common));

command('get <keyId>', 'show an active key').action(async (keyId: string, common: CommonOptions) => {
  const send = await keysOf(common);
  show(await send('GET', `/${encodeURIComponent(keyId)}`), common);
});

command('update <keyId>', 'change a key; the claims given replace all that it has')
  .option('--description <text>', '"" clears it')
  .option('--scope <words>', '"" clears it')
  .option('--claim <name=value>', 'a custom claim; may be repeated', claim)
  .action(async (keyId: string, { description, scope, claim: customClaims, ...common }: KeyOptions) => {
    const send = await keysOf(common);
    show(await send('PATCH', `/${encodeURIComponent(keyId)}`, { description, scope, customClaims }), common);
  });

command('rotate <keyId>', 'put a new key in the place of one')
  .option(
    '--overlap <duration>',
    'how long the old key stays good, like 7d; without it, it is revoked at once',
    duration,
  )
  .option('--expires-in <duration>', 'like 90d; without it the new key expires as the old one', duration)
  .option('--replace', 'revoke a successor that there is already')
  .action(async (keyId: string, { overlap: overlapSeconds, expiresIn, replace, ...common }: KeyOptions) => {
    const send = await keysOf(common);
    const body = { overlapSeconds, expiresIn, replace };
    showNewKey(await send('POST', `/${encodeURIComponent(keyId)}/rotate`, body), common);
  });

command('revoke <keyId>', 'revoke a key; its next request is refused').action(
  async (keyId: string, common: CommonOptions) => {
    const send = await keysOf(common);
    await send('DELETE', `/${encodeURIComponent(keyId)}`);
    show({ revoked: keyId }, common);
  },
);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
