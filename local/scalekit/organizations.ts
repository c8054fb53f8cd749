import type { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { EmptySchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import {
  type Organization,
  OrganizationSchema,
  type OrganizationService,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb.js';
import { newId } from './ids.ts';
import { invalidArgument, notFound } from './limits.ts';
import { pageSizeOf, readPage } from './page.ts';

interface OrganizationRow {
  number: number;
  id: string;
  display_name: string;
  external_id: string | null;
  metadata: string;
  slug: string | null;
  logo_url: string | null;
  created_at: number;
}

/** Organizations with numbers that ascend from the newest to the oldest: Scalekit lists the newest first. */
const newestFirst = `SELECT ${Number.MAX_SAFE_INTEGER} - number AS number, id, display_name, external_id, metadata, created_at, slug, logo_url
  FROM organization`;

/** The RPCs on organizations that the embedded Scalekit serves; the others answer UNIMPLEMENTED. */
export function organizationService(database: DatabaseSync): Partial<ServiceImpl<typeof OrganizationService>> {
  const find = (identities: { case: 'id' | 'externalId' | undefined; value?: string | undefined }): OrganizationRow => {
    const column = identities.case === 'externalId' ? 'external_id' : 'id';
    const row = database.prepare(`SELECT * FROM organization WHERE ${column} = ?`).get(identities.value ?? '');
    if (!row) throw notFound('organization');
    return row as unknown as OrganizationRow;
  };
  return {
    createOrganization({ organization }) {
      if (!organization?.displayName) throw invalidArgument('display_name: must not be empty');
      const id = newId('org');
      try {
        database
          .prepare(
            'INSERT INTO organization (id, display_name, external_id, metadata, created_at, slug, logo_url) VALUES (?, ?, ?, ?, ?, ?, ?)',
          )
          .run(
            id,
            organization.displayName,
            organization.externalId ?? null,
            JSON.stringify(organization.metadata),
            Date.now(),
            organization.slug ?? null,
            organization.logoUrl ?? null,
          );
      } catch (cause) {
        throw new ConnectError('external_id is taken', Code.AlreadyExists, undefined, undefined, cause);
      }
      return { organization: toOrganization(find({ case: 'id', value: id })) };
    },
    getOrganization({ identities }) {
      return { organization: toOrganization(find(identities)) };
    },
    listOrganization({ pageSize, pageToken, externalId }) {
      const [where, values] = externalId ? ['external_id = ?', [externalId]] : ['1 = 1', []];
      const { total } = database
        .prepare(`SELECT count(*) AS total FROM organization WHERE ${where}`)
        .get(...values) as { total: number };
      const page = readPage(
        `organizations ${externalId ?? ''}`,
        pageToken,
        pageSizeOf(pageSize, 10, 30),
        (after, backwards, limit) =>
          database
            .prepare(
              `SELECT * FROM (${newestFirst}) WHERE ${where} AND number ${backwards ? '<' : '>'} ? ORDER BY number ${backwards ? 'DESC' : 'ASC'} LIMIT ?`,
            )
            .all(...values, after, limit) as unknown as OrganizationRow[],
      );
      const { rows, ...tokens } = page;
      return { ...tokens, totalSize: total, organizations: rows.map(toOrganization) };
    },
    deleteOrganization({ identities }) {
      database.prepare('DELETE FROM organization WHERE id = ?').run(find(identities).id);
      return create(EmptySchema);
    },
  };
}

function toOrganization(row: OrganizationRow): Organization {
  return create(OrganizationSchema, {
    id: row.id,
    displayName: row.display_name,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
    createTime: timestampFromMs(row.created_at),
    updateTime: timestampFromMs(row.created_at),
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    ...(row.slug === null ? {} : { slug: row.slug }),
    ...(row.logo_url === null ? {} : { logoUrl: row.logo_url }),
  });
}
