import type { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { EmptySchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import {
  type CreateUser,
  type User,
  UserSchema,
  type UserService,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/users/users_pb.js';
import { newId } from './ids.ts';
import { invalidArgument, notFound } from './limits.ts';

interface UserRow {
  id: string;
  email: string;
  external_id: string | null;
  first_name: string;
  last_name: string;
  metadata: string;
  created_at: number;
}

type Identities = { case: 'id' | 'externalId' | undefined; value?: string | undefined };

/** The RPCs on users that the embedded Scalekit serves; the others answer UNIMPLEMENTED. */
export function userService(database: DatabaseSync, environmentId: string): Partial<ServiceImpl<typeof UserService>> {
  const find = (identities: Identities): UserRow => {
    const column = identities.case === 'externalId' ? 'external_id' : 'id';
    const row = database.prepare(`SELECT * FROM user WHERE ${column} = ?`).get(identities.value ?? '');
    if (!row) throw notFound('user');
    return row as unknown as UserRow;
  };
  const toUser = (row: UserRow) => readUser(database, environmentId, row);
  return {
    createUserAndMembership({ organizationId, user }) {
      if (!user || !/^[^@\s]+@[^@\s]+$/.test(user.email)) throw invalidArgument('email: must be an address');
      if (!database.prepare('SELECT 1 FROM organization WHERE id = ?').get(organizationId))
        throw notFound('organization');
      const id = newId('usr');
      insertMember(database, id, organizationId, user);
      return { user: toUser(find({ case: 'id', value: id })) };
    },
    getUser({ identities }) {
      return { user: toUser(find(identities)) };
    },
    deleteUser({ identities }) {
      database.prepare('DELETE FROM user WHERE id = ?').run(find(identities).id);
      return create(EmptySchema);
    },
    deleteMembership({ organizationId, identities }) {
      const { changes } = database
        .prepare('DELETE FROM membership WHERE organization_id = ? AND user_id = ?')
        .run(organizationId, find(identities).id);
      if (changes === 0) throw notFound('membership');
      return create(EmptySchema);
    },
  };
}

function insertMember(database: DatabaseSync, id: string, organizationId: string, user: CreateUser): void {
  const now = Date.now();
  database.exec('BEGIN');
  try {
    database
      .prepare(
        'INSERT INTO user (id, email, external_id, first_name, last_name, metadata, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        id,
        user.email,
        user.externalId ?? null,
        user.userProfile?.firstName ?? '',
        user.userProfile?.lastName ?? '',
        JSON.stringify(user.metadata),
        now,
      );
    const roles = user.membership?.roles.map((role) => role.name) ?? [];
    database
      .prepare('INSERT INTO membership (organization_id, user_id, roles, created_at) VALUES (?, ?, ?, ?)')
      .run(organizationId, id, JSON.stringify(roles.length > 0 ? roles : ['member']), now);
    database.exec('COMMIT');
  } catch (cause) {
    database.exec('ROLLBACK');
    throw new ConnectError('email or external_id is taken', Code.AlreadyExists, undefined, undefined, cause);
  }
}

/** A user as the API shows it, with its memberships. */
function readUser(database: DatabaseSync, environmentId: string, row: UserRow): User {
  const memberships = database.prepare('SELECT * FROM membership WHERE user_id = ?').all(row.id) as unknown as {
    organization_id: string;
    roles: string;
    created_at: number;
  }[];
  return create(UserSchema, {
    id: row.id,
    environmentId,
    email: row.email,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
    createTime: timestampFromMs(row.created_at),
    updateTime: timestampFromMs(row.created_at),
    userProfile: { firstName: row.first_name, lastName: row.last_name },
    memberships: memberships.map((membership) => ({
      organizationId: membership.organization_id,
      joinTime: timestampFromMs(membership.created_at),
      roles: (JSON.parse(membership.roles) as string[]).map((name) => ({ name, displayName: name })),
    })),
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
  });
}
