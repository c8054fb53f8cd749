import type { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type {
  ClientService,
  OrganizationClient,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/clients/clients_pb.js';
import { addSecret, type ClientRow, fieldsOf, grantedTo, readClient } from './client-rows.ts';
import { newId } from './ids.ts';
import { notFound } from './limits.ts';
import { pageSizeOf, readPage } from './page.ts';

/** The RPCs on the clients of organizations that the embedded Scalekit serves; the others answer UNIMPLEMENTED. */
export function clientService(database: DatabaseSync): Partial<ServiceImpl<typeof ClientService>> {
  const find = ({ organizationId, clientId }: { organizationId: string; clientId: string }): ClientRow => {
    const row = database
      .prepare('SELECT * FROM organization_client WHERE organization_id = ? AND id = ?')
      .get(organizationId, clientId);
    if (!row) throw notFound('client');
    return row as unknown as ClientRow;
  };
  const toClient = (row: ClientRow) => readClient(database, row);
  return {
    createOrganizationClient({ organizationId, client }) {
      if (!database.prepare('SELECT 1 FROM organization WHERE id = ?').get(organizationId))
        throw notFound('organization');
      const clientId = newId('m2morg');
      const now = Date.now();
      database
        .prepare(
          'INSERT INTO organization_client (id, organization_id, name, description, scopes, audience, custom_claims, expiry, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(clientId, organizationId, ...fieldsOf(client), now);
      const { plainSecret } = addSecret(database, clientId);
      return { client: toClient(find({ organizationId, clientId })), plainSecret };
    },
    getOrganizationClient: (asked) => ({ client: toClient(find(asked)) }),
    updateOrganizationClient({ client, ...asked }) {
      const row = find(asked);
      const changed = withChanges(row, client);
      database
        .prepare(
          'UPDATE organization_client SET name = ?, description = ?, scopes = ?, audience = ?, custom_claims = ?, expiry = ? WHERE id = ?',
        )
        .run(...fieldsOf(changed), row.id);
      return { client: toClient(find(asked)) };
    },
    deleteOrganizationClient(asked) {
      database.prepare('DELETE FROM organization_client WHERE id = ?').run(find(asked).id);
      return create(EmptySchema);
    },
    createOrganizationClientSecret: (asked) => addSecret(database, find(asked).id),
    deleteOrganizationClientSecret({ secretId, ...asked }) {
      const { changes } = database
        .prepare('DELETE FROM client_secret WHERE client_id = ? AND id = ?')
        .run(find(asked).id, secretId);
      if (changes === 0) throw notFound('secret');
      return create(EmptySchema);
    },
    listOrganizationClients({ organizationId, pageSize, pageToken }) {
      const { total } = database
        .prepare('SELECT count(*) AS total FROM organization_client WHERE organization_id = ?')
        .get(organizationId) as { total: number };
      const read = (after: number, backwards: boolean, limit: number) =>
        database
          .prepare(
            `SELECT * FROM organization_client WHERE organization_id = ? AND number ${backwards ? '<' : '>'} ? ORDER BY number ${backwards ? 'DESC' : 'ASC'} LIMIT ?`,
          )
          .all(organizationId, after, limit) as unknown as ClientRow[];
      const size = pageSizeOf(pageSize, 10, 100);
      const { rows, ...tokens } = readPage(`clients ${organizationId}`, pageToken, size, read);
      return { ...tokens, totalSize: total, clients: rows.map(toClient) };
    },
  };
}

/** The SDK sends only the fields to change; the others have protobuf's default. */
function withChanges(row: ClientRow, client: OrganizationClient | undefined): Parameters<typeof fieldsOf>[0] {
  const { name, description, expiry } = row;
  const given = Object.entries(client ?? {}).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value));
  return { name, description, expiry: BigInt(expiry), ...grantedTo(row), ...Object.fromEntries(given) };
}
