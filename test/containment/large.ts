import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ScalekitClient } from '../../local/scalekit/sdk.ts';
import type { RuntimeProcess } from '../support/runtime-process.ts';
import { deliverWebhook } from '../support/webhook-delivery.ts';
import { root, runBlock } from './incident-page.ts';

const command = promisify(execFile);

/** The ways to end keys: a filter of a bulk revocation, a rotation, or a directory's event. */
const ways = ['createdAfter', 'issuedBy', 'userId', 'rotation', 'leaver'] as const;
type Way = (typeof ways)[number];

/** The results in a large organization, per way: its duration, and whether it ended all keys that were meant. */
export type Contained = Record<string, { readonly seconds: number; readonly isOver: boolean }>;

/** Ends two keys per way among many other keys, with slow pages. They are the last keys in a list. */
export async function containInLarge(
  runtime: RuntimeProcess,
  keys: number,
  pageMs: number,
  waysToTry: readonly Way[] = ways,
): Promise<Contained> {
  const { scalekit, apiUrl, controlUrl, webhookSecret } = runtime.outputs;
  const sdk = new ScalekitClient(scalekit.environmentUrl, scalekit.clientId, scalekit.clientSecret);
  const ORG = (await sdk.organization.createOrganization('Large')).organization?.id ?? '';
  for (let made = 0; made < keys; made += 50)
    await Promise.all(Array.from({ length: 50 }, () => sdk.token.createToken(ORG, { customClaims: { env: 'other' } })));
  const { user } = await sdk.user.createUserAndMembership(ORG, { email: `large${Date.now()}@example.com` });
  const userId = user?.id ?? '';
  const fault = JSON.stringify({ kind: 'slow', on: ['ListTokens'], delayMs: pageMs });
  const contained: Record<string, { seconds: number; isOver: boolean }> = {};
  const isActive = async (keyId: string) =>
    sdk.token.validateToken(keyId).then(
      () => true,
      () => false,
    );
  const contain = async (
    name: string,
    customClaims: Record<string, string>,
    end: (since: string, keyIds: string[]) => Promise<unknown>,
  ) => {
    const since = new Date(Date.now() - 1).toISOString();
    const made = await Promise.all([1, 2].map(() => sdk.token.createToken(ORG, { userId, customClaims })));
    const ids = made.map(({ tokenId }) => tokenId);
    await fetch(`${controlUrl}/scalekit/fault`, { method: 'PUT', body: fault });
    const startedAt = Date.now();
    await end(since, ids);
    const seconds = (Date.now() - startedAt) / 1000;
    await fetch(`${controlUrl}/scalekit/fault`, { method: 'DELETE' });
    const active = await Promise.all(ids.map(isActive));
    contained[name] = { seconds, isOver: !active.includes(true) };
  };
  const [plain, made] = [{ x: 'x' }, { issued_by: 'apit_1' }];
  const event = () => ({
    id: `evt_${Date.now()}`,
    type: 'organization.directory.user_deleted',
    occurred_at: new Date(Date.now() + 1_000).toISOString(),
    organization_id: ORG,
    data: { email: user?.email ?? '' },
  });
  const run = (block: string, variables: Record<string, string>) => runBlock(runtime, block, { ORG, ...variables });
  const steps: Record<Way, () => Promise<void>> = {
    createdAfter: () => contain('createdAfter', plain, (SINCE) => run('leaked-since', { SINCE })),
    issuedBy: () => contain('issuedBy', made, () => run('leaked-issued', { KEY_ID: 'apit_1' })),
    userId: () => contain('userId', plain, () => run('left', { USER_ID: userId })),
    rotation: () =>
      contain('rotation', plain, async (_since, ids) => {
        // The page's block is not used: it writes a file that another test reads.
        const target = ['--organization', ORG, '--local', '--data', runtime.dataDir];
        for (const keyId of ids)
          await command(process.execPath, [`${root}infra/commands/keys.ts`, 'rotate', keyId, ...target]);
      }),
    leaver: () =>
      contain('leaver', plain, async () => {
        const left = event();
        // 202: a function continues the work. A further delivery shows when everything is done.
        for (let more = 20; more > 0 && (await deliverWebhook(apiUrl, webhookSecret, left)).status !== 200; more--);
      }),
  };
  for (const way of waysToTry) await steps[way]();
  return contained;
}
