import { CommandFailure, type ExitCode, exitCodes } from './exit-codes.ts';
import type { KeyPage } from './key-pages.ts';
import type { OperatorClient } from './operator-client.ts';

/** The outcome of a revocation by ids. */
export interface Revocation {
  readonly revoked: readonly string[];
  /** They were already not active in this organization, so nothing was revoked. */
  readonly notActive: readonly string[];
  readonly failed: readonly { readonly keyId: string; readonly reason: string }[];
  readonly organization: 'unknown' | 'without_keys' | 'with_keys';
  readonly exitCode: ExitCode;
}

/** A lookup only improves the message, so a slow one must not delay a revocation. */
const lookMs = 2_000;

/**
 * Revokes keys by id. The DELETE is always sent. A lookup before it only shows whether the key was active, and its failure stops
 * nothing.
 */
export async function revokeKeys(
  client: OperatorClient,
  keyIds: readonly string[],
  onProgress: (done: number) => void,
): Promise<Revocation> {
  const revoked: string[] = [];
  const notActive: string[] = [];
  const failures: { keyId: string; reason: string; exitCode: ExitCode }[] = [];
  for (const keyId of keyIds) {
    onProgress(revoked.length + notActive.length + failures.length);
    const wasActive = await isActive(client, keyId);
    try {
      await client.send('DELETE', `/${keyId}`);
      (wasActive ? revoked : notActive).push(keyId);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      failures.push({ keyId, reason: error.message, exitCode: error.exitCode });
    }
  }
  const failed = failures.map(({ keyId, reason }) => ({ keyId, reason }));
  const organization = notActive.length > 0 ? await lookAtOrganization(client) : 'with_keys';
  const ofNotActive = organization === 'unknown' ? exitCodes.unknownOrganization : exitCodes.notActive;
  const exitCode = failures[0]?.exitCode ?? (notActive.length > 0 ? ofNotActive : exitCodes.done);
  return { revoked, notActive, failed, organization, exitCode };
}

/** A key counts as active unless the API says that it is not. */
async function isActive(client: OperatorClient, keyId: string): Promise<boolean> {
  try {
    await client.send('GET', `/${keyId}`, undefined, lookMs);
    return true;
  } catch (error) {
    return !(error instanceof CommandFailure && error.exitCode === exitCodes.notActive);
  }
}

/**
 * Checks whether the organization may be wrong: Scalekit does not know it, or it seems to have no key. If the check fails, the
 * organization counts as right.
 */
async function lookAtOrganization(client: OperatorClient): Promise<'unknown' | 'without_keys' | 'with_keys'> {
  try {
    const { keys } = (await client.send('GET', '?pageSize=1', undefined, lookMs)) as KeyPage;
    return keys.length === 0 ? 'without_keys' : 'with_keys';
  } catch (error) {
    const isUnknown = error instanceof CommandFailure && error.exitCode === exitCodes.unknownOrganization;
    return isUnknown ? 'unknown' : 'with_keys';
  }
}

/** The failure of a command on a key that was not found. */
export async function notActiveIn(client: OperatorClient, keyId: string): Promise<CommandFailure> {
  const { organization } = client;
  const state = await lookAtOrganization(client);
  if (state === 'unknown') return new CommandFailure(exitCodes.unknownOrganization, unknownOrganization(organization));
  const doubt = state === 'without_keys' ? ` ${noKeys(organization)}` : '';
  return new CommandFailure(exitCodes.notActive, `${keyId} is not active in ${organization}.${doubt}`);
}

const unknownOrganization = (organization: string) => `Scalekit does not know the organization ${organization}.`;
/** An empty list may mean a wrong organization. */
export const noKeys = (organization: string) => `${organization} has no active key: is it the right organization?`;

/** The outcome, one sentence per key. */
export function sentencesOf(
  { revoked, notActive, failed, organization }: Revocation,
  organizationId: string,
): { readonly done: string[]; readonly notDone: string[] } {
  return {
    done: revoked.map((keyId) => `Revoked ${keyId}. Its next request is refused.`),
    notDone: [
      ...(organization === 'unknown' ? [unknownOrganization(organizationId)] : []),
      ...notActive.map((keyId) => `${keyId} is not active in ${organizationId}: it was not revoked.`),
      ...(organization === 'without_keys' && revoked.length === 0 ? [noKeys(organizationId)] : []),
      ...failed.map(({ keyId, reason }) => `${keyId} may still be active: ${reason}`),
    ],
  };
}
