import type { ListTokensResponse, Token } from '@scalekit-sdk/node/lib/token.js';
import type { Outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { type Timestamp, timestampDate } from './grpc.ts';

/** One page of the active keys of an organization, or of one of its users. */
export interface KeyPage {
  readonly keys: readonly KeyInfo[];
  readonly nextPageToken?: string;
  readonly totalCount: number;
}

export function toKeyPage(answer: ListTokensResponse): Result<KeyPage, Outage> {
  const keys: KeyInfo[] = [];
  for (const token of answer.tokens) {
    const info = toKeyInfo(token);
    if (!info.ok) return info;
    keys.push(info.value);
  }
  const nextPageToken = answer.nextPageToken || undefined;
  return ok(withoutUndefined({ keys, totalCount: answer.totalCount, nextPageToken }));
}

/** An answer without an id or an organization must not be used: it is an outage, never an anonymous key. */
export function toKeyInfo(token: Token | undefined): Result<KeyInfo, Outage> {
  if (!token?.tokenId || !token.organizationId) {
    const cause = new Error('Scalekit described a key without id or organization');
    return fail({ kind: 'upstream_unavailable', reason: 'unreachable', cause });
  }
  return ok(
    withoutUndefined({
      keyId: token.tokenId,
      organizationId: token.organizationId,
      organizationExternalId: token.organizationExternalId || undefined,
      userId: token.userId || undefined,
      userExternalId: token.userExternalId || undefined,
      userEmail: token.email || undefined,
      description: token.description || undefined,
      customClaims: { ...token.customClaims },
      roles: [...token.roles],
      expiresAt: rfc3339(token.expiry),
      createdAt: rfc3339(token.createdAt),
      suffix: token.tokenSuffix,
    }),
  );
}

function rfc3339(timestamp: Timestamp | undefined): string | undefined {
  return timestamp && timestampDate(timestamp).toISOString();
}
