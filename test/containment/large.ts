import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ScalekitClient } from '../../local/scalekit/sdk.ts';
import type { RuntimeProcess } from '../support/runtime-process.ts';
import { deliverWebhook } from '../support/webhook-delivery.ts';
import { root, runBlock } from './incident-page.ts';

const command = promisify(execFile);

/** How keys are ended: by a filter of a bulk revocation, by rotating them, or by a directory's event. */
const ways = ['createdAfter', 'issuedBy', 'userId', 'rotation', 'leaver'] as const;
type Way = (typeof ways)[number];

/** What was contained in a large organization: for each way the seconds that it took, and whether the keys that were meant are over. */
export type Contained = Record<string, { readonly seconds: number; readonly isOver: boolean }>;

/** Ends two keys in each way among many others, with slow pages; all of them are the last ones that a list shows. */
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
        // Not the page's block: that writes a file that another test reads.
        const target = ['--organization', ORG, '--local', '--data', runtime.dataDir];
        for (const keyId of ids)
          await command(process.execPath, [`${root}infra/commands/keys.ts`, 'rotate', keyId, ...target]);
      }),
    leaver: () =>
      contain('leaver', plain, async () => {
        const left = event();
        // 202: a function goes on with it. Another delivery shows when all is done.
        for (let more = 20; more > 0 && (await deliverWebhook(apiUrl, webhookSecret, left)).status !== 200; more--);
      }),
  };
  for (const way of waysToTry) await steps[way]();
  return contained;
}
