import { type Command, Option } from 'commander';
import { type CanaryKey, createCanaryKey } from './canary-key.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { addCommand, announced, type CommonOptions, clientOf } from './key-command.ts';
import { keyTable, recordTable, show, showNewKey } from './key-output.ts';
import { allPages } from './key-pages.ts';
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

/** Adds the commands that make, show and change keys. */
export function addKeyCommands(program: Command): void {
  addCreate(program);

  addCommand(program, 'list', 'show the active keys')
    .option('--user <id>', 'only those of a user')
    .action(async ({ user, ...common }: KeyOptions) => {
      const keys = (await allPages(await clientOf(common), user)).flatMap((page) => page.keys);
      if (keys.length === 0 && user === undefined) console.error(noKeys(common.organization));
      show(keys, common, () => keyTable(keys));
    });

  addCommand(program, 'get', 'show an active key')
    .argument('<keyId>', 'the key', keyId)
    .action(async (keyId: string, common: CommonOptions) => {
      const client = await clientOf(common);
      const key = await client.send('GET', `/${keyId}`).catch((error: unknown) => notActive(error, client, keyId));
      show(key, common, () => recordTable(key as object));
    });

  addCommand(program, 'update', 'change a key; the claims given replace all that it has but scope and reserved ones')
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

  addCommand(program, 'rotate', 'put a new key in the place of one; in a pipe the plain key is alone on stdout')
    .argument('<keyId>', 'the key', keyId)
    .option(
      '--overlap <duration>',
      'how long the old key stays good, like 7d; without it, it is revoked at once',
      duration,
    )
    .option('--expires-in <duration>', 'like 90d; without it the new key expires as the old one', duration)
    .option('--replace', 'revoke a successor that there is already')
    .action(async (keyId: string, { overlap: overlapSeconds, expiresIn, replace, ...common }: KeyOptions) => {
      const client = await announced(common);
      const body = { overlapSeconds, expiresIn, replace };
      const answer = await client
        .send('POST', `/${keyId}/rotate`, body)
        .catch((error: unknown) => notActive(error, client, keyId));
      showNewKey(answer, common);
    });
}

function addCreate(program: Command): void {
  addCommand(program, 'create', 'make a key; in a pipe the plain key is alone on stdout')
    .option('--user <id>', 'make it for a user of the organization')
    .option('--description <text>')
    .option('--scope <words>', 'like "keys:read keys:write"')
    .option('--claim <name=value>', 'a custom claim; may be repeated', claim)
    .option('--expires-in <duration>', 'like 90d; without it the key does not expire', duration)
    .addOption(
      new Option('--canary', 'make the key of the canary, and store it for it').conflicts([
        'user',
        'description',
        'scope',
        'claim',
        'expiresIn',
      ]),
    )
    .action(async ({ user, description, scope, claim: customClaims, expiresIn, canary, ...common }: KeyOptions) => {
      const client = await clientOf(common);
      if (canary) return showCanaryKey(await createCanaryKey(client, common.stage), common);
      showNewKey(await client.send('POST', '', { userId: user, description, scope, customClaims, expiresIn }), common);
    });
}

/** Says which key the canary has now, and how to find the one that it had. */
function showCanaryKey(stored: CanaryKey, common: CommonOptions): void {
  show(stored, common, () => recordTable(stored));
  console.error('If the canary had a key before, list the keys and revoke the older one.');
}

/** Tells a key that is not found from an organization that is not known. */
async function notActive(error: unknown, client: OperatorClient, keyId: string): Promise<never> {
  throw error instanceof CommandFailure && error.exitCode === exitCodes.notActive
    ? await notActiveIn(client, keyId)
    : error;
}
