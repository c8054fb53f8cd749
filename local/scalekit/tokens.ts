import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { EmptySchema, timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import {
  type ApiTokenService,
  type Token,
  TokenSchema,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/tokens/tokens_pb.js';
import { newId, newSecret } from './ids.ts';
import { checkToken, invalidArgument, notFound } from './limits.ts';
import { pageSizeOf, readPage } from './page.ts';

interface TokenRow {
  number: number;
  id: string;
  suffix: string;
  organization_id: string;
  organization_external_id: string | null;
  user_id: string | null;
  user_external_id: string | null;
  email: string | null;
  roles: string;
  custom_claims: string;
  description: string | null;
  expires_at: number | null;
  created_at: number;
}

/** What was done to a token. */
export interface Mutation {
  readonly kind: 'create' | 'update' | 'invalidate';
  readonly tokenId: string;
  /** By a whole client of the SDK's, which names itself, and not by one of our functions. */
  readonly bySdkClient: boolean;
}

/** The RPCs on API tokens. Only a hash of a token is kept. `onMutation` is told of what came into effect. */
export function tokenService(
  database: DatabaseSync,
  onMutation: (mutation: Mutation) => void = () => {},
): ServiceImpl<typeof ApiTokenService> {
  const tell = (kind: Mutation['kind'], tokenId: string, { requestHeader }: HandlerContext) =>
    onMutation({ kind, tokenId, bySdkClient: requestHeader.has('x-sdk-version') });
  const findActive = (tokenOrId: string): TokenRow => {
    if (tokenOrId === '') throw invalidArgument('token: must not be empty');
    const row = database
      .prepare(
        'SELECT * FROM token WHERE (id = ?1 OR hash = ?2) AND invalidated_at IS NULL AND coalesce(expires_at > ?3, 1)',
      )
      .get(tokenOrId, hashOf(tokenOrId), Date.now());
    if (!row) throw notFound('token');
    return row as unknown as TokenRow;
  };
  return {
    createToken({ token: asked }, context) {
      if (!asked?.organizationId) throw invalidArgument('organization_id: must not be empty');
      checkToken(asked);
      const expiresAt = asked.expiry ? timestampMs(asked.expiry) : null;
      if (expiresAt !== null && expiresAt <= Date.now()) throw invalidArgument('expiry: must be in the future');
      const organization = database.prepare('SELECT * FROM organization WHERE id = ?').get(asked.organizationId) as
        | { external_id: string | null }
        | undefined;
      if (!organization) throw notFound('organization');
      const user = asked.userId === '' ? undefined : memberOf(database, asked.organizationId, asked.userId);
      const token = newSecret();
      const id = newId('apit');
      database
        .prepare(
          `INSERT INTO token (id, hash, suffix, organization_id, organization_external_id, user_id, user_external_id, email,
             roles, custom_claims, description, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          id,
          hashOf(token),
          token.slice(-4),
          asked.organizationId,
          organization.external_id,
          user?.id ?? null,
          user?.external_id ?? null,
          user?.email ?? null,
          user?.roles ?? '[]',
          JSON.stringify(asked.customClaims),
          asked.description || null,
          expiresAt,
          Date.now(),
        );
      tell('create', id, context);
      return { token, tokenId: id, tokenInfo: toToken(findActive(id)) };
    },
    validateToken({ token }) {
      return { tokenInfo: toToken(findActive(token)) };
    },
    updateToken({ token, customClaims, description }, context) {
      checkToken({ customClaims, description });
      const { id, custom_claims, description: before } = findActive(token);
      // As Scalekit's live tests show: a map replaces the whole map, an empty one changes nothing.
      const claims = Object.keys(customClaims).length > 0 ? JSON.stringify(customClaims) : custom_claims;
      database
        .prepare('UPDATE token SET custom_claims = ?, description = ? WHERE id = ?')
        .run(claims, description === undefined ? before : description || null, id);
      tell('update', id, context);
      return { tokenInfo: toToken(findActive(id)) };
    },
    listTokens({ organizationId, userId, pageSize, pageToken }) {
      if (!organizationId) throw invalidArgument('organization_id: must not be empty');
      const size = pageSizeOf(pageSize, 10, 30);
      const where = `organization_id = ? AND (? = '' OR user_id = ?) AND invalidated_at IS NULL AND coalesce(expires_at > ?, 1)`;
      const values = [organizationId, userId ?? '', userId ?? '', Date.now()];
      const { total } = database.prepare(`SELECT count(*) AS total FROM token WHERE ${where}`).get(...values) as {
        total: number;
      };
      const { rows, ...pageTokens } = readPage(
        `tokens ${organizationId} ${userId ?? ''}`,
        pageToken,
        size,
        (after, backwards, limit) =>
          database
            .prepare(
              `SELECT * FROM token WHERE ${where} AND number ${backwards ? '<' : '>'} ? ORDER BY number ${backwards ? 'DESC' : 'ASC'} LIMIT ?`,
            )
            .all(...values, after, limit) as unknown as TokenRow[],
      );
      return { ...pageTokens, totalCount: total, tokens: rows.map(toToken) };
    },
    invalidateToken({ token }, context) {
      if (token === '') throw invalidArgument('token: must not be empty');
      const invalidated = database
        .prepare(
          'UPDATE token SET invalidated_at = ? WHERE (id = ? OR hash = ?) AND invalidated_at IS NULL RETURNING id',
        )
        .get(Date.now(), token, hashOf(token)) as { id: string } | undefined;
      if (invalidated) tell('invalidate', invalidated.id, context);
      return create(EmptySchema);
    },
    fetchToken() {
      throw new ConnectError('FetchToken is not open to this client', Code.PermissionDenied);
    },
  };
}

function memberOf(database: DatabaseSync, organizationId: string, userId: string) {
  const member = database
    .prepare(
      `SELECT user.id, user.external_id, user.email, membership.roles FROM membership JOIN user ON user.id = membership.user_id
       WHERE membership.organization_id = ? AND user.id = ?`,
    )
    .get(organizationId, userId) as
    | { id: string; external_id: string | null; email: string; roles: string }
    | undefined;
  if (!member) throw invalidArgument('user_id: not a member of the organization');
  return member;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function toToken(row: TokenRow): Token {
  return create(TokenSchema, {
    tokenId: row.id,
    organizationId: row.organization_id,
    organizationExternalId: row.organization_external_id ?? '',
    customClaims: JSON.parse(row.custom_claims) as Record<string, string>,
    createdAt: timestampFromMs(row.created_at),
    tokenSuffix: row.suffix,
    roles: JSON.parse(row.roles) as string[],
    ...(row.user_id === null ? {} : { userId: row.user_id }),
    ...(row.user_external_id === null ? {} : { userExternalId: row.user_external_id }),
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.description === null ? {} : { description: row.description }),
    ...(row.expires_at === null ? {} : { expiry: timestampFromMs(row.expires_at) }),
  });
}
