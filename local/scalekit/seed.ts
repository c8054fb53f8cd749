import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ScalekitClient } from './sdk.ts';
import type { EmbeddedScalekit } from './server.ts';

const Seed = z.object({
  organizationId: z.string(),
  otherOrganizationId: z.string(),
  userId: z.string(),
  adminKey: z.string(),
});

/** The objects of a new runtime, which a first request needs. */
export type Seed = z.output<typeof Seed>;

/** The seed for the user's own Scalekit, in which nothing is created. */
export const nothingSeeded: { readonly [K in keyof Seed]: null } = {
  organizationId: null,
  otherOrganizationId: null,
  userId: null,
  adminKey: null,
};

/** Creates two organizations, a user and a key with every `keys:` scope in the embedded Scalekit, or finds the previous ones. */
export async function seedScalekit(scalekit: EmbeddedScalekit, file: string): Promise<Seed> {
  const sdk = new ScalekitClient(scalekit.environmentUrl, scalekit.client.clientId, scalekit.client.clientSecret);
  const known = readSeed(file);
  if (known && (await isActive(sdk, known.adminKey))) return known;
  const organizationId = idOf((await sdk.organization.createOrganization('Acme')).organization);
  const otherOrganizationId = idOf((await sdk.organization.createOrganization('Globex')).organization);
  const email = `user@${organizationId.replace('_', '-')}.example`;
  const { user } = await sdk.user.createUserAndMembership(organizationId, { email });
  const { token: adminKey } = await sdk.token.createToken(organizationId, {
    description: 'Seeded by the local runtime',
    customClaims: { scope: 'keys:read keys:write keys:users notes:read notes:write' }, // notes: of examples/notes
  });
  const seed: Seed = { organizationId, otherOrganizationId, userId: idOf(user), adminKey };
  writeFileSync(file, `${JSON.stringify(seed, null, 2)}\n`, { mode: 0o600 });
  return seed;
}

function readSeed(file: string): Seed | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return Seed.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // cut short by a crash: seed again
  }
}

async function isActive(sdk: ScalekitClient, key: string): Promise<boolean> {
  return sdk.token.validateToken(key).then(
    () => true,
    () => false,
  );
}

function idOf(created: { id: string } | undefined): string {
  if (!created) throw new Error('Scalekit created nothing');
  return created.id;
}
