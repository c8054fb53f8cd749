import { vi } from 'vitest';
import type { KeyCaller as Caller } from '../../shared/authentication/caller.ts';
import { clientOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import type { RawAnswer } from './raw-answers.ts';
import { exchange } from './raw-client.ts';
import { bearer, request } from './request.ts';

/** A key and its answer from `GET /whoami`. */
export interface KnownKey {
  readonly key: string;
  readonly caller: Caller;
}

/** The deployment under attack, and the keys that the attackers have or nearly have. */
export interface HostileTarget {
  readonly runtime: RuntimeProcess;
  readonly apiPort: number;
  readonly operatorPort: number;
  /** An organization's key without a scope. */
  readonly plain: KnownKey;
  /** A user's key that manages keys. Its claims have the names of the authorizer's context. */
  readonly member: KnownKey;
  /** A key of another organization. */
  readonly other: KnownKey;
  /** Keys that have ended, or that are not allowed from this address. */
  readonly useless: { readonly revoked: string; readonly expired: string; readonly elsewhere: string };
  /** A key that the member may change. */
  readonly changeable: string;
}

/** Every good key. No other client's request may get their answers. */
export function goodKeys({ plain, member, other, runtime }: HostileTarget): string[] {
  return [plain.key, member.key, other.key, runtime.outputs.adminKey];
}

/** Starts a runtime with the keys of a target. */
export async function startTarget(): Promise<HostileTarget> {
  const runtime = await startRuntimeProcess();
  const { apiUrl, operatorUrl, adminKey, userId, otherOrganizationId } = runtime.outputs;
  const client = clientOf(() => runtime.outputs);
  const apiPort = Number(new URL(apiUrl).port);
  const newKey = async (maker: string, body: object): Promise<string> => (await client.newKey(body, maker)).key;
  const known = async (key: string): Promise<KnownKey> => ({ key, caller: await whoami(apiPort, key) });
  const expired = await newKey(adminKey, { expiresIn: 1 });
  const claims = { organizationId: otherOrganizationId, keyId: 'apit_1', principalId: 'usr_1', roles: 'admin' };
  const scope = 'keys:read keys:write keys:users';
  const member = await known(await newKey(adminKey, { userId, scope, customClaims: claims }));
  const revoked = await newKey(adminKey, {});
  await client.call(revoked, 'POST', '/revoke', new URLSearchParams({ token: revoked }));
  const statusOfExpired = async () => (await askWhoami(apiPort, expired))?.status;
  await vi.waitUntil(async () => (await statusOfExpired()) === 401, { timeout: 30_000 });
  return {
    runtime,
    apiPort,
    operatorPort: Number(new URL(operatorUrl).port),
    plain: await known(await newKey(adminKey, {})),
    member,
    other: await known(await otherOrganizationsKey(runtime)),
    useless: {
      revoked,
      expired,
      elsewhere: await newKey(adminKey, { customClaims: { allowed_ips: '192.0.2.0/24' } }),
    },
    changeable: (await whoami(apiPort, await newKey(member.key, {}))).keyId,
  };
}

/** The caller that the API reports for a key. Throws if the API refuses the key. */
export async function whoami(apiPort: number, key: string): Promise<Caller> {
  const answer = await askWhoami(apiPort, key);
  if (answer?.status !== 200) throw new Error(`whoami: ${answer?.status} ${answer?.body}`);
  return JSON.parse(answer.body) as Caller;
}

async function askWhoami(apiPort: number, key: string): Promise<RawAnswer | undefined> {
  return (await exchange(apiPort, { bytes: request({ headers: [bearer(key)] }) })).answers[0];
}

async function otherOrganizationsKey({ outputs }: RuntimeProcess): Promise<string> {
  const { scalekit, otherOrganizationId } = outputs;
  const { token } = await sdkOf(scalekit).token.createToken(otherOrganizationId, {
    customClaims: { scope: 'keys:read keys:write' },
  });
  return token;
}
