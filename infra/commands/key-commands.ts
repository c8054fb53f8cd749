import { type Command, Option } from 'commander';
import { type CanaryKey, createCanaryKey } from './canary-key.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { addCommand, announced, type CommonOptions, clientOf } from './key-command.ts';
import { givenKeyIds } from './key-ids.ts';
import { keyTable, recordTable, show, showNewKey } from './key-output.ts';
import { allPages, expiringWithin, familyOf } from './key-pages.ts';
import type { OperatorClient } from './operator-client.ts';
import { claim, duration, keyId } from './option-values.ts';
import { noKeys, notActiveIn } from './revoke.ts';

interface KeyOptions extends CommonOptions {
  readonly user?: string;
  readonly claim?: Record<string, string>;
  readonly scope?: string;
  readonly description?: string;
  readonly expiresIn?: number;
  readonly overlap?: number;
  readonly replace?: boolean;
  readonly canary?: boolean;
}

/** Adds the commands that create, show and change keys. */
export function addKeyCommands(program: Command): void {
  addCreate(program);
  addSuspension(program);
  addPortalLink(program);

  addCommand(program, 'list', 'show the active keys')
    .option('--user <id>', 'only the keys of a user')
    .action(async ({ user, ...common }: KeyOptions) => {
      const keys = (await allPages(await clientOf(common), user)).flatMap((page) => page.keys);
      if (keys.length === 0 && user === undefined) console.error(noKeys(common.organization));
      show(keys, common, () => keyTable(keys));
    });

  addCommand(program, 'expiring', 'show the keys that end soon')
    .requiredOption('--within <duration>', 'like 14d', duration)
    .action(async ({ within, ...common }: CommonOptions & { readonly within: number }) => {
      const keys = expiringWithin(within, await allPages(await clientOf(common)));
      show(keys, common, () => keyTable(keys, 'No key ends within this time.'));
    });

  addCommand(program, 'get', 'show an active key')
    .argument('<keyId>', 'the key', keyId)
    .action(async (keyId: string, common: CommonOptions) => {
      const client = await clientOf(common);
      const key = await client.send('GET', `/${keyId}`).catch((error: unknown) => notActive(error, client, keyId));
      show(key, common, () => recordTable(key as object));
    });

  addCommand(program, 'update', 'change a key; the given claims replace all its claims except scope and reserved ones')
    .argument('<keyId>', 'the key', keyId)
    .option('--description <text>', '"" clears it')
    .option('--scope <words>', '"" clears it')
    .option('--claim <name=value>', 'a custom claim; may be repeated', claim)
    .action(async (keyId: string, { description, scope, claim: customClaims, ...common }: KeyOptions) => {
      if (description === undefined && scope === undefined && customClaims === undefined)
        throw new CommandFailure(exitCodes.usage, 'Nothing to change: give --description, --scope or --claim.');
      const client = await clientOf(common);
      const key = await client
        .send('PATCH', `/${keyId}`, { description, scope, customClaims })
        .catch((error: unknown) => notActive(error, client, keyId));
      show(key, common, () => recordTable(key as object));
    });

  addCommand(program, 'rotate', 'replace a key with a new one; in a pipe, stdout has only the plain key')
    .argument('<keyId>', 'the key', keyId)
    .option(
      '--overlap <duration>',
      'how long the old key stays active, like 7d; without it, the old key is revoked at once',
      duration,
    )
    .option(
      '--expires-in <duration>',
      'like 90d; without it, the new key expires at the same time as the old key',
      duration,
    )
    .option('--replace', 'revoke a successor that already exists')
    .action(async (keyId: string, { overlap: overlapSeconds, expiresIn, replace, ...common }: KeyOptions) => {
      const client = await announced(common);
      const body = { overlapSeconds, expiresIn, replace };
      const answer = await client
        .send('POST', `/${keyId}/rotate`, body)
        .catch((error: unknown) => notActive(error, client, keyId));
      showNewKey(answer, common);
    });
}

interface SuspensionOptions extends CommonOptions {
  readonly withChildren?: boolean;
}

function addSuspension(program: Command): void {
  const texts = {
    suspend: 'refuse the requests of keys until they are resumed',
    resume: 'accept the requests of suspended keys again',
  };
  for (const [name, text] of Object.entries(texts))
    addCommand(program, name, text)
      .argument('[keyIds...]', 'the key ids; without any, or with -, they are read from standard input')
      .option('--with-children', 'also the keys that these keys made, and the keys that those made')
      .action(async (args: string[], { withChildren, ...common }: SuspensionOptions) => {
        const given = await givenKeyIds(args);
        const client = await announced(common);
        const keyIds = withChildren ? familyOf(given, await allPages(client)) : given;
        const suspended = name === 'suspend';
        for (const keyId of keyIds)
          await client
            .send('PATCH', `/${keyId}`, { suspended })
            .catch((error: unknown) => notActive(error, client, keyId));
        const done = suspended ? 'Suspended' : 'Resumed';
        show({ [done.toLowerCase()]: keyIds }, common, () => `${done}: ${keyIds.join(' ')}`);
      });
}

interface LinkOptions extends CommonOptions {
  readonly user?: string;
  readonly scope: string;
  readonly claim?: Record<string, string>;
  readonly returnUrl?: string;
  readonly expiresIn?: number;
}

function addPortalLink(program: Command): void {
  addCommand(
    program,
    'portal-link',
    'make a link to the page for keys, which works once; in a pipe, stdout has only the link',
  )
    .requiredOption('--scope <words>', 'what a person may do and give to keys, like "keys:read keys:write notes:read"')
    .option('--user <id>', 'only the keys of a user')
    .option('--claim <name=value>', 'a claim that all keys have; may be repeated', claim)
    .option('--return-url <url>', 'where the person goes when it leaves the page')
    .option('--expires-in <duration>', 'how long the link works, at most 15m', duration)
    .action(async ({ user: userId, scope, claim: customClaims, returnUrl, expiresIn, ...common }: LinkOptions) => {
      const client = await clientOf(common);
      const link = await client.makeLink({ userId, scope, customClaims, returnUrl, expiresIn });
      const { url, ...rest } = link as { readonly url: string };
      if (!common.json) console.error(recordTable(rest));
      console.log(common.json ? JSON.stringify(link, null, 2) : url);
    });
}

function addCreate(program: Command): void {
  addCommand(program, 'create', 'create a key; in a pipe, stdout has only the plain key')
    .option('--user <id>', 'create it for a user of the organization')
    .option('--description <text>')
    .option('--scope <words>', 'like "keys:read keys:write"')
    .option('--claim <name=value>', 'a custom claim; may be repeated', claim)
    .option('--expires-in <duration>', 'like 90d; without it, the key does not expire', duration)
    .addOption(
      new Option('--canary', 'create the key of the canary and store it in Parameter Store').conflicts([
        'user',
        'description',
        'scope',
        'claim',
        'expiresIn',
      ]),
    )
    .action(async ({ user, description, scope, claim: customClaims, expiresIn, canary, ...common }: KeyOptions) => {
      const client = await clientOf(common);
      if (canary) return showCanaryKey(await createCanaryKey(client, common), common);
      showNewKey(await client.send('POST', '', { userId: user, description, scope, customClaims, expiresIn }), common);
    });
}

/** Prints the id of the canary's new key, and how to find the old key. */
function showCanaryKey(stored: CanaryKey, common: CommonOptions): void {
  show(stored, common, () => recordTable(stored));
  console.error('If the canary had a key before, list the keys and revoke the older one.');
}

/** Distinguishes a key that is not found from an unknown organization. */
async function notActive(error: unknown, client: OperatorClient, keyId: string): Promise<never> {
  throw error instanceof CommandFailure && error.exitCode === exitCodes.notActive
    ? await notActiveIn(client, keyId)
    : error;
}
