import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCertificate } from '../../local/scalekit/certificate.ts';
import { type EmbeddedScalekit, startEmbeddedScalekit } from '../../local/scalekit/server.ts';
import { sdkOf } from '../support/client.ts';
import { others } from './tools.ts';

// The embedded Scalekit over TLS, for gRPC clients that are stricter than the SDK's.

/** Debian's Python, which has the package python3-grpcio. CI installs it. */
const python = '/usr/bin/python3';
const hasGrpcio = spawnSync(python, ['-c', 'import grpc']).status === 0;
if (!hasGrpcio) console.warn('The Python client is skipped: install python3-grpcio');

const folder = mkdtempSync(join(tmpdir(), 'tls-'));
const files = { certificate: join(folder, 'scalekit.crt'), key: join(folder, 'scalekit.key') };

let scalekit: EmbeddedScalekit;
let organizationId: string;
beforeAll(async () => {
  const tls = { certificate: await openCertificate(files), port: 0 };
  scalekit = await startEmbeddedScalekit({ databaseFile: ':memory:', tls });
  const { environmentUrl, client } = scalekit;
  const { organization } = await sdkOf({ environmentUrl, ...client }).organization.createOrganization('Acme');
  organizationId = organization?.id ?? '';
});
afterAll(async () => {
  await scalekit.close();
  rmSync(folder, { recursive: true });
});

async function accessToken(): Promise<string> {
  const { clientId: client_id, clientSecret: client_secret } = scalekit.client;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
  const answer = await fetch(`${scalekit.environmentUrl}/oauth/token`, { method: 'POST', body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

test.each([
  ['@grpc/grpc-js', process.execPath, `${others}grpc-client.mjs`, true],
  ['python3-grpcio', python, `${others}grpc_client.py`, hasGrpcio],
] as const)(
  '%s creates and validates a key, and reads each error with its details',
  async (_, command, script, isThere) => {
    if (!isThere) return;
    const args = [script, scalekit.tlsUrl ?? '', files.certificate, await accessToken(), organizationId];
    const { stdout } = await promisify(execFile)(command, args);
    expect(JSON.parse(stdout)).toEqual({
      organizationId,
      unknown: { code: 5, message: expect.any(String), hasDetails: true },
      unauthenticated: { code: 16, message: expect.stringContaining('access token'), hasDetails: true },
      notServed: {
        code: 12,
        message: expect.stringMatching(
          /does not serve scalekit\.v1\.connections\.ConnectionService\.ListConnections\. It serves/,
        ),
        hasDetails: true,
      },
    });
  },
);
