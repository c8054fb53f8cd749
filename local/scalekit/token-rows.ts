import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Token, TokenSchema } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/tokens/tokens_pb.js';
import { newId, newSecret } from './ids.ts';
import { invalidArgument, notFound } from './limits.ts';
import { readPage } from './page.ts';

/** A stored token. Of its secret, only a hash is stored. */
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

/** The input for a new token. */
interface NewToken {
  readonly organizationId: string;
  readonly userId: string;
  readonly customClaims: Readonly<Record<string, string>>;
  readonly description: string;
  /** In ms since the epoch; `null` for never. */
  readonly expiresAt: number | null;
}

/** The tokens of a database. */
export class TokenRows {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The active token of a secret or an id; throws NOT_FOUND when there is none. */
  findActive(tokenOrId: string): TokenRow {
    if (tokenOrId === '') throw invalidArgument('token: must not be empty');
    const row = this.#database
      .prepare(
        'SELECT * FROM token WHERE (id = ?1 OR hash = ?2) AND invalidated_at IS NULL AND coalesce(expires_at > ?3, 1)',
      )
      .get(tokenOrId, hashOf(tokenOrId), Date.now());
    if (!row) throw notFound('token');
    return row as unknown as TokenRow;
  }

  /** Adds a token and returns its secret. */
  insert(asked: NewToken): { readonly token: string; readonly tokenId: string } {
    const organization = this.#database.prepare('SELECT * FROM organization WHERE id = ?').get(asked.organizationId) as
      | { external_id: string | null }
      | undefined;
    if (!organization) throw notFound('organization');
    const user = asked.userId === '' ? undefined : memberOf(this.#database, asked.organizationId, asked.userId);
    const token = newSecret();
    const tokenId = newId('apit');
    this.#database
      .prepare(
        `INSERT INTO token (id, hash, suffix, organization_id, organization_external_id, user_id, user_external_id, email,
           roles, custom_claims, description, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        tokenId,
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
        asked.expiresAt,
        Date.now(),
      );
    return { token, tokenId };
  }

  /** Replaces claims and description; `undefined` keeps the old value. */
  update(row: TokenRow, claims: Readonly<Record<string, string>> | undefined, description: string | undefined): void {
    this.#database
      .prepare('UPDATE token SET custom_claims = ?, description = ? WHERE id = ?')
      .run(
        claims ? JSON.stringify(claims) : row.custom_claims,
        description === undefined ? row.description : description || null,
        row.id,
      );
  }

  /** One page of the active tokens of an organization, or of one of its users. */
  list(organizationId: string, userId: string, page: { readonly size: number; readonly token: string }) {
    const where = `organization_id = ? AND (? = '' OR user_id = ?) AND invalidated_at IS NULL AND coalesce(expires_at > ?, 1)`;
    const values = [organizationId, userId, userId, Date.now()];
    const { total } = this.#database.prepare(`SELECT count(*) AS total FROM token WHERE ${where}`).get(...values) as {
      total: number;
    };
    const read = (after: number, backwards: boolean, limit: number) => {
      const [beyond, order] = backwards ? ['<', 'DESC'] : ['>', 'ASC'];
      return this.#database
        .prepare(`SELECT * FROM token WHERE ${where} AND number ${beyond} ? ORDER BY number ${order} LIMIT ?`)
        .all(...values, after, limit) as unknown as TokenRow[];
    };
    return { total, ...readPage(`tokens ${organizationId} ${userId}`, page.token, page.size, read) };
  }

  /** Invalidates a token by its secret or id, and returns its id; `undefined` if there is none to invalidate. */
  invalidate(tokenOrId: string): string | undefined {
    if (tokenOrId === '') throw invalidArgument('token: must not be empty');
    const invalidated = this.#database
      .prepare('UPDATE token SET invalidated_at = ? WHERE (id = ? OR hash = ?) AND invalidated_at IS NULL RETURNING id')
      .get(Date.now(), tokenOrId, hashOf(tokenOrId)) as { id: string } | undefined;
    return invalidated?.id;
  }
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

/** A token as the API shows it. */
export function toToken(row: TokenRow): Token {
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
