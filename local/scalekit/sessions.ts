import type { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  RevokedSessionDetailsSchema,
  type SessionDetails,
  SessionDetailsSchema,
  type SessionService,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/sessions/sessions_pb.js';
import { z } from 'zod';
import { newId } from './ids.ts';
import { invalidArgument, notFound } from './limits.ts';
import { pageSizeOf, readPage } from './page.ts';
import type { Signer } from './signer.ts';

interface SessionRow {
  number: number;
  id: string;
  user_id: string;
  organization_id: string;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
}

/** A sign-in that the embedded Scalekit makes at once, without a page to sign in on. */
export const SignInSchema = z.strictObject({
  userId: z.string(),
  /** Default: the user's only organization. */
  organizationId: z.string().optional(),
  permissions: z.array(z.string()).default([]),
  /** The audiences of the session token. */
  audience: z.array(z.string()).min(1),
  expiresInSeconds: z.int().positive().max(86_400).default(3_600),
  /** Claims that replace those of the session token; null removes one. For tests of what must be refused. */
  claims: z.record(z.string(), z.unknown()).default({}),
});

type SignIn = z.output<typeof SignInSchema>;

/** A session, with its token. */
export interface SignedIn {
  readonly sessionId: string;
  readonly sessionToken: string;
}

/** Begins a session of a member, and signs its token. Throws NOT_FOUND for a user who is not a member. */
export async function signIn(database: DatabaseSync, signer: Signer, wanted: SignIn): Promise<SignedIn> {
  const { userId, permissions, audience, expiresInSeconds, claims } = wanted;
  const member = database
    .prepare(
      'SELECT organization_id, roles FROM membership WHERE user_id = ? AND organization_id = ifnull(?, organization_id)',
    )
    .get(userId, wanted.organizationId ?? null) as { organization_id: string; roles: string } | undefined;
  if (!member) throw notFound('member');
  const sessionId = newId('ses');
  const now = Date.now();
  database
    .prepare('INSERT INTO session (id, user_id, organization_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)')
    .run(sessionId, userId, member.organization_id, now, now + 30 * 86_400_000);
  const usual = {
    sub: userId,
    sid: sessionId,
    oid: member.organization_id,
    aud: audience,
    roles: JSON.parse(member.roles) as string[],
    permissions,
  };
  const replaced = Object.entries(claims).map(([name, value]) => [name, value ?? undefined]);
  const sessionToken = await signer.sign({ ...usual, ...Object.fromEntries(replaced) }, expiresInSeconds);
  return { sessionId, sessionToken };
}

/** The RPCs on sessions that the embedded Scalekit serves. As with Scalekit, an ended session's token is valid until it expires. */
export function sessionService(database: DatabaseSync): Partial<ServiceImpl<typeof SessionService>> {
  const find = (id: string): SessionRow => {
    const row = database.prepare('SELECT * FROM session WHERE id = ?').get(id);
    if (!row) throw notFound('session');
    return row as unknown as SessionRow;
  };
  const revoke = (row: SessionRow) => {
    if (row.revoked_at === null)
      database.prepare('UPDATE session SET revoked_at = ? WHERE id = ?').run(Date.now(), row.id);
    return create(RevokedSessionDetailsSchema, { sessionId: row.id, userId: row.user_id, status: 'revoked' });
  };
  return {
    getSession: ({ sessionId }) => toSession(find(sessionId)),
    revokeSession: ({ sessionId }) => ({ revokedSession: revoke(find(sessionId)) }),
    revokeAllUserSessions({ userId }) {
      const active = database
        .prepare('SELECT * FROM session WHERE user_id = ? AND revoked_at IS NULL')
        .all(userId) as unknown as SessionRow[];
      return { revokedSessions: active.map(revoke), totalRevoked: active.length };
    },
    getUserSessions({ userId, pageSize, pageToken, filter }) {
      if (userId === '') throw invalidArgument('user_id: must not be empty');
      const wanted = filter?.status ?? [];
      const read = (after: number, backwards: boolean, limit: number) =>
        (
          database
            .prepare(
              `SELECT rowid AS number, * FROM session WHERE user_id = ? AND rowid ${backwards ? '<' : '>'} ? ORDER BY rowid ${backwards ? 'DESC' : 'ASC'}`,
            )
            .all(userId, after) as unknown as SessionRow[]
        )
          .filter((row) => wanted.length === 0 || wanted.includes(statusOf(row)))
          .slice(0, limit);
      const name = `sessions ${userId} ${wanted.join(' ')}`;
      const { rows, ...tokens } = readPage(name, pageToken, pageSizeOf(pageSize, 10, 100), read);
      const totalSize = read(0, false, Number.MAX_SAFE_INTEGER).length;
      return { ...tokens, totalSize, sessions: rows.map(toSession) };
    },
  };
}

function statusOf({ revoked_at, expires_at }: SessionRow): string {
  if (revoked_at !== null) return 'revoked';
  return expires_at <= Date.now() ? 'expired' : 'active';
}

function toSession(row: SessionRow): SessionDetails {
  return create(SessionDetailsSchema, {
    sessionId: row.id,
    userId: row.user_id,
    organizationId: row.organization_id,
    authenticatedOrganizations: [row.organization_id],
    createdAt: timestampFromMs(row.created_at),
    absoluteExpiresAt: timestampFromMs(row.expires_at),
    status: statusOf(row),
  });
}
