import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type ClientSecret,
  ClientSecretSchema,
  type M2MClient,
  M2MClientSchema,
  type OrganizationClient,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/clients/clients_pb.js';
import { newId, newSecret } from './ids.ts';
import { invalidArgument } from './limits.ts';

/** A client of an organization. */
export interface ClientRow {
  number: number;
  id: string;
  organization_id: string;
  name: string;
  description: string;
  scopes: string;
  audience: string;
  custom_claims: string;
  expiry: number;
  created_at: number;
}

interface SecretRow {
  id: string;
  suffix: string;
  created_at: number;
}

/** A client that proved its secret, and the claims of its tokens. */
export interface ProvenClient {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly scope: string;
  readonly expirySeconds: number;
}

const usualExpirySeconds = 3_600;

/** Finds the organization's client that has a secret, for the client-credentials grant. */
export function proveClient(database: DatabaseSync, id: string, secret: string): ProvenClient | undefined {
  const row = database
    .prepare(
      'SELECT organization_client.* FROM organization_client JOIN client_secret ON client_id = organization_client.id WHERE organization_client.id = ? AND hash = ?',
    )
    .get(id, hashOf(secret)) as ClientRow | undefined;
  if (!row) return undefined;
  const { scopes, audience, customClaims } = grantedTo(row);
  const claims = {
    sub: row.id,
    client_id: row.id,
    oid: row.organization_id,
    scopes,
    ...(audience.length > 0 ? { aud: audience } : {}),
    ...(customClaims.length > 0
      ? { custom_claims: Object.fromEntries(customClaims.map(({ key, value }) => [key, value])) }
      : {}),
  };
  return { claims, scope: scopes.join(' '), expirySeconds: row.expiry || usualExpirySeconds };
}

type Column = string | number;

type ClientFields = Pick<OrganizationClient, 'name' | 'description' | 'scopes' | 'audience' | 'expiry'> & {
  readonly customClaims: readonly { readonly key: string; readonly value: string }[];
};

/** The values of the columns that a client's fields have, in the order of the table. */
export function fieldsOf(client: Partial<ClientFields> | undefined): [Column, Column, Column, Column, Column, Column] {
  const { name = '', description = '', scopes = [], audience = [], customClaims = [], expiry = 0n } = client ?? {};
  if (customClaims.some(({ key }) => key === '')) throw invalidArgument('custom_claims: a key must not be empty');
  const claims = customClaims.map(({ key, value }) => ({ key, value }));
  return [name, description, JSON.stringify(scopes), JSON.stringify(audience), JSON.stringify(claims), Number(expiry)];
}

/** The fields that are stored as JSON. */
export function grantedTo(row: ClientRow) {
  return {
    scopes: JSON.parse(row.scopes) as string[],
    audience: JSON.parse(row.audience) as string[],
    customClaims: JSON.parse(row.custom_claims) as { readonly key: string; readonly value: string }[],
  };
}

/** Adds a secret, of which only the hash is stored. */
export function addSecret(database: DatabaseSync, clientId: string): { plainSecret: string; secret: ClientSecret } {
  const plainSecret = newSecret();
  const row = { id: newId('sks'), suffix: plainSecret.slice(-4), created_at: Date.now() };
  database
    .prepare('INSERT INTO client_secret (id, client_id, hash, suffix, created_at) VALUES (?, ?, ?, ?, ?)')
    .run(row.id, clientId, hashOf(plainSecret), row.suffix, row.created_at);
  return { plainSecret, secret: toSecret(row) };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function toSecret({ id, suffix, created_at }: SecretRow): ClientSecret {
  const time = timestampFromMs(created_at);
  return create(ClientSecretSchema, { id, secretSuffix: suffix, createTime: time, updateTime: time });
}

/** A client as the API shows it, with its secrets. */
export function readClient(database: DatabaseSync, row: ClientRow): M2MClient {
  const secrets = database
    .prepare('SELECT id, suffix, created_at FROM client_secret WHERE client_id = ? ORDER BY created_at')
    .all(row.id) as unknown as SecretRow[];
  const { scopes, audience, customClaims } = grantedTo(row);
  return create(M2MClientSchema, {
    clientId: row.id,
    organizationId: row.organization_id,
    name: row.name,
    description: row.description,
    scopes,
    audience,
    customClaims: [...customClaims],
    expiry: BigInt(row.expiry),
    createTime: timestampFromMs(row.created_at),
    updateTime: timestampFromMs(row.created_at),
    secrets: secrets.map(toSecret),
  });
}
