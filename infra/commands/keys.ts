import { writeSync } from 'node:fs';
import { Command } from 'commander';
import { operatorRoute } from '../../shared/deployment.ts';
import { allPages } from './key-pages.ts';
import type { SendSigned } from './operator-client.ts';
import { claim, days, duration, keyId, keyIds, organizationId, serviceUrl } from './option-values.ts';
import { countAll, revokeUntilNone } from './revoke-all.ts';
import { unused } from './unused.ts';

// `npm run keys`: manages keys as an operator. The plain key alone goes to stdout, everything else to stderr.

interface CommonOptions {
  readonly organization: string;
  readonly local?: boolean;
  readonly data: string;
  readonly stage?: string;
  readonly url?: string;
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

/** Sends to the keys of the organization that the options name. */
async function keysOf({ organization, local, data, stage, url }: CommonOptions): Promise<SendSigned> {
  const { connect } = await import('./operator-client.ts'); // with the AWS SDK: help and wrong options do without
  const send = await connect({ local: local ? data : undefined, stage, url });
  const keys = `${operatorRoute.replace('{organizationId}', organization)}/keys`;
  return (method, path, body) => send(method, keys + path, body);
}

/** A key that was made: the plain key alone on stdout, or with `--json` the whole answer. */
function showNewKey(answer: unknown, { json }: CommonOptions): void {
  const { key, ...rest } = answer as { key: string };
  if (!json) console.error(JSON.stringify(rest, null, 2));
  try {
    writeSync(process.stdout.fd, `${json ? JSON.stringify(answer) : key}\n`);
  } catch (cause) {
    const { keyId } = rest as { keyId?: string };
    throw new Error(`The key ${keyId} was made, but could not be written: revoke it, and try again.`, { cause });
  }
}

function show(answer: unknown, { json }: CommonOptions): void {
  if (json) console.log(JSON.stringify(answer));
  else console.error(JSON.stringify(answer, null, 2));
}

const program = new Command('npm run keys --')
  .description('Manages the API keys of an organization, with AWS credentials. The plain key alone goes to stdout.')
  .helpCommand(false);

/** A command with the options that all have in common. */
function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--organization <id>', 'the organization whose keys are meant', organizationId)
    .option('--stage <name>', 'the deployment; by default that of cdk.json')
    .option('--url <url>', 'the operators’ API itself, for who may not read the outputs of its stack', serviceUrl)
    .option('--local', 'a local runtime instead')
    .option('--data <folder>', 'the data folder of the local runtime', '.local')
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
  .action(async ({ user, ...common }: KeyOptions) => {
    const pages = await allPages(await keysOf(common), user);
    show(
      pages.flatMap(({ keys }) => keys),
      common,
    );
  });

command('get', 'show an active key')
  .argument('<keyId>', 'the key', keyId)
  .action(async (keyId: string, common: CommonOptions) => {
    const send = await keysOf(common);
    show(await send('GET', `/${keyId}`), common);
  });

command('update', 'change a key; the claims given replace all that it has but scope and reserved ones')
  .argument('<keyId>', 'the key', keyId)
  .option('--description <text>', '"" clears it')
  .option('--scope <words>', '"" clears it')
  .option('--claim <name=value>', 'a custom claim; may be repeated', claim)
  .action(async (keyId: string, { description, scope, claim: customClaims, ...common }: KeyOptions) => {
    const send = await keysOf(common);
    show(await send('PATCH', `/${keyId}`, { description, scope, customClaims }), common);
  });

command('rotate', 'put a new key in the place of one')
  .argument('<keyId>', 'the key', keyId)
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
    showNewKey(await send('POST', `/${keyId}/rotate`, body), common);
  });

command('revoke', 'revoke a key; its next request is refused')
  .argument('<keyId>', 'the key', keyId)
  .action(async (keyId: string, common: CommonOptions) => {
    const send = await keysOf(common);
    await send('DELETE', `/${keyId}`);
    show({ revoked: keyId }, common);
  });

interface BulkOptions extends CommonOptions {
  readonly user?: string;
  readonly claim?: Record<string, string>;
  readonly createdBefore?: string;
  readonly createdAfter?: string;
  readonly issuedBy?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

command('revoke-all', 'revoke all keys that fit; goes on until none is found')
  .option('--user <id>', 'those of a user')
  .option('--claim <name=value>', 'those with a claim; may be repeated', claim)
  .option('--created-before <time>', 'those created before, like 2030-01-31T12:00:00Z')
  .option('--created-after <time>', 'those created after')
  .option('--issued-by <keyId>', 'what a key made, and what those made')
  .option('--all', 'every key of the organization')
  .option('--dry-run', 'only count')
  .action(async ({ user: userId, claim: customClaims, ...options }: BulkOptions) => {
    const { createdBefore, createdAfter, issuedBy, all, dryRun, ...common } = options;
    const send = await keysOf(common);
    const body = { userId, customClaims, createdBefore, createdAfter, issuedBy, all, dryRun };
    const answer = dryRun ? await countAll(send, body, all ?? false) : await revokeUntilNone(send, body);
    show(answer, common);
    if (!dryRun && answer.matched > answer.revoked) throw new Error('Keys are left: run it again.');
  });

interface UnusedOptions extends CommonOptions {
  readonly days: number;
  readonly revoke?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

command('unused', 'show the keys that were not used for some days, or revoke them')
  .requiredOption('--days <number>', 'how long they were not used', days)
  .option('--revoke', 'revoke them')
  .option('--yes', 'without asking again')
  .option('--dry-run', 'only show what would be revoked')
  .action(async ({ days, revoke, yes, dryRun, ...common }: UnusedOptions) => {
    const send = await keysOf(common);
    await unused(send, { days, revoke, yes, dryRun }, (answer) => show(answer, common));
  });

command('forget', 'end what is cached of keys that were ended in Scalekit’s dashboard')
  .argument('<keyIds...>', 'the keys', keyIds)
  .action(async (keyIds: string[], common: CommonOptions) => {
    const send = await keysOf(common);
    for (const keyId of keyIds) await send('POST', `/${keyId}/forget`);
    show({ forgotten: keyIds }, common);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
