import { randomBytes } from 'node:crypto';
import type { Initiator } from '../authentication/actor.ts';
import { mint } from '../authorization/authority.ts';
import { type Vocabulary, vocabularyFromEnvironment } from '../authorization/vocabulary.ts';
import { requireEnvironment } from '../environment.ts';
import { type Failure, invalid } from '../failure.ts';
import type { Claims } from '../key-claims.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { refusedAs } from '../scalekit/call-policy.ts';
import { type OrganizationDirectory, organizationDirectoryOf } from '../scalekit/organizations.ts';
import { limitsFromEnvironment, sdkCalls } from '../scalekit/sdk-calls.ts';
import { secretsFromEnvironment } from '../scalekit/secrets.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { type PortalStore, portalStoreFromEnvironment } from './store.ts';

/** What an operator asks of a link. */
export interface LinkRequest {
  /** For one user's keys; without it, for the organization's. */
  readonly userId?: string | undefined;
  readonly scope: readonly string[];
  readonly customClaims: Claims;
  readonly returnUrl?: string | undefined;
  readonly expiresIn: number;
}

/** A link to the page for keys. */
export interface PortalLink {
  readonly linkId: string;
  /** With the code, in this answer and nowhere else. */
  readonly url: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface LinkServices {
  readonly organizations: OrganizationDirectory;
  readonly store: PortalStore;
  /** The URL of the page, without a trailing slash. */
  readonly portalUrl: string;
  readonly knows: Vocabulary;
  readonly metrics: Metrics;
}

/** The services that the function's environment names. */
export function linkServices(): LinkServices {
  const metrics = createMetrics();
  const calls = sdkCalls(secretsFromEnvironment(), limitsFromEnvironment(), metrics);
  return {
    organizations: organizationDirectoryOf(calls),
    store: portalStoreFromEnvironment(),
    portalUrl: requireEnvironment('PORTAL_URL'),
    knows: vocabularyFromEnvironment(),
    metrics,
  };
}

const notMember = 'is not a user of the organization';

/**
 * Makes a link to the page for keys, which works once. It gives at most what its maker could give a key, and is refused whole
 * otherwise.
 */
export async function createPortalLink(
  { organizations, store, portalUrl, knows }: LinkServices,
  { userId, scope, customClaims: claims, returnUrl, expiresIn }: LinkRequest,
  { actor }: Initiator,
): Promise<Result<PortalLink, Failure>> {
  if (!scope.includes('keys:read')) return fail(invalid('scope', 'needs keys:read: the page lists keys'));
  const known = knows(scope);
  if (!known.ok) return known;
  const minted = mint(actor, { userId, customClaims: claims, scope });
  if (!minted.ok) return minted;
  const { organizationId } = actor;
  const [organization, isMember] = await Promise.all([
    organizations.nameOf(organizationId),
    userId === undefined ? ok(true) : organizations.hasMember(organizationId, userId),
  ]);
  if (!organization.ok)
    return fail(refusedAs(organization.failure, 'organizationId', 'is not an organization that Scalekit knows'));
  if (!isMember.ok) return fail(refusedAs(isMember.failure, 'userId', notMember));
  if (!isMember.value) return fail(invalid('userId', notMember));
  const { issued_by: _service, ...customClaims } = minted.value.customClaims;
  const madeAt = Date.now();
  const linkId = `plink_${randomBytes(12).toString('hex')}`;
  const organizationName = organization.value;
  const endsAt = madeAt + expiresIn * 1000;
  const grant = withoutUndefined({ linkId, organizationId, organizationName, userId, customClaims, returnUrl, madeAt });
  const code = await store.addLink(grant, endsAt);
  if (!code.ok) return code;
  return ok({ linkId, url: `${portalUrl}/link?code=${code.value}`, expiresAt: new Date(endsAt).toISOString() });
}
