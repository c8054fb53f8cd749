import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuthorizationRequest } from '../../local/iam/iam.ts';
import { readOptions } from '../../local/options.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { clientOf } from '../support/client.ts';
import { newDataDir } from '../support/runtime-process.ts';

// The example's stack, served alone, over HTTP. It is the construct's second user and uses DynamoDB.

const dataDir = newDataDir();
const assembly = process.env['TEST_NOTES_ASSEMBLY'] ?? '';
const requests: AuthorizationRequest[] = [];
const denied: string[] = [];
let runtime: Runtime;

const start = () =>
  startRuntime(readOptions(['--port', '0', '--data', dataDir, '--assembly', assembly], {}), {
    onAccess: () => {},
    onDenied: (line) => denied.push(line),
    onAuthorization: (request) => requests.push(request),
  });
beforeAll(async () => {
  runtime = await start();
});
afterAll(async () => {
  await runtime.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const { call, ...client } = clientOf(() => runtime.outputs);
const admin = () => runtime.outputs.adminKey;
const bothScopes = 'notes:read notes:write';
const newKey = async (request: object): Promise<string> => (await client.newKey({ scope: bothScopes, ...request })).key;
const textsSeenBy = async (key: string | null) =>
  (await call(key, 'GET', '/notes')).json.notes.map(({ text }: { text: string }) => text).toSorted();

test('each key sees only the notes of its organization, its user and its environment', async () => {
  const { userId, organizationId } = runtime.outputs;
  const user = await newKey({ userId });
  const production = await newKey({ customClaims: { environment: 'production' } });
  const userInProduction = await newKey({ userId, customClaims: { environment: 'production' } });
  const made = await call(admin(), 'POST', '/notes', { text: 'ours' });
  expect(made).toMatchObject({ status: 201, json: { organizationId, text: 'ours' } });
  expect(made.headers['location']).toBe(`/v1/notes/${made.json.noteId}`);
  await call(user, 'POST', '/notes', { text: 'mine' });
  await call(production, 'POST', '/notes', { text: 'live' });
  const live = await call(userInProduction, 'POST', '/notes', { text: 'my live' });
  expect(live.json).toMatchObject({ organizationId, userId, environment: 'production' });

  expect(await textsSeenBy(admin())).toEqual(['live', 'mine', 'my live', 'ours']);
  expect(await textsSeenBy(user)).toEqual(['mine', 'my live']);
  expect(await textsSeenBy(production)).toEqual(['live', 'my live']);
  expect(await textsSeenBy(userInProduction)).toEqual(['my live']);
  expect(await call(user, 'GET', `/notes/${made.json.noteId}`)).toMatchObject({
    status: 404,
    json: { code: 'not_found', status: 404 },
  });
  expect((await call(user, 'DELETE', `/notes/${made.json.noteId}`)).status).toBe(204);
  expect((await call(admin(), 'GET', `/notes/${made.json.noteId}`)).status).toBe(200);
  expect((await call(admin(), 'DELETE', `/notes/${made.json.noteId}`)).status).toBe(204);
  expect((await call(admin(), 'GET', `/notes/${made.json.noteId}`)).status).toBe(404);
  expect(await call('wrong', 'GET', '/notes')).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
});

test('its whole template is served', () => {
  expect(runtime.warnings).toEqual([]);
});

test('notes and keys survive a restart', async () => {
  await runtime.close();
  runtime = await start();
  expect(await textsSeenBy(admin())).toEqual(['live', 'mine', 'my live']);
});

test('an AWS SDK client with permission can read the table, and each function has only the one action that it uses', async () => {
  const { aws, stacks } = runtime.outputs;
  const { Items } = await DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: aws.endpointUrl,
      region: aws.region,
      credentials: { accessKeyId: aws.accessKeyId, secretAccessKey: aws.secretAccessKey },
    }),
  ).send(new ScanCommand({ TableName: stacks['Notes']?.['TableName'] }));
  expect(Items).toHaveLength(3);

  const used = requests
    .filter(({ action, principal }) => action.startsWith('dynamodb:') && 'arn' in principal)
    .map(({ action, principal }) => `${'arn' in principal ? principal.arn.split('/')[1] : ''} ${action}`);
  const { Resources } = JSON.parse(readFileSync(join(assembly, 'Notes.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: { PolicyDocument: { Statement: { Action: string }[] } } }>;
  };
  const granted = Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .filter(({ Properties }) => !JSON.stringify(Properties).includes('dynamodb:LeadingKeys')) // not the decision table's
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action))
    .filter((action) => action.startsWith('dynamodb:'));
  const usedByFunctions = used.filter((line) => line.startsWith('Notes-')).map((line) => line.split(' ')[1]);
  expect(new Set(usedByFunctions)).toEqual(new Set(granted));
  expect(granted).toHaveLength(4);
  expect(denied).toEqual([]);
});

test('a key that may only read reads, and cannot write', async () => {
  const reader = await newKey({ scope: 'notes:read' });
  expect((await call(reader, 'GET', '/notes')).status).toBe(200);
  for (const refused of [
    await call(reader, 'POST', '/notes', { text: 'no' }),
    await call(reader, 'POST', '/notes', 'not even JSON'), // before the input is parsed
    await call(reader, 'DELETE', '/notes/any'),
  ]) {
    expect(refused).toMatchObject({ status: 403, json: { code: 'insufficient_scope', scope: 'notes:write' } });
    expect(refused.json.detail).toBe('The caller does not have the scope "notes:write".');
  }
  const writer = await newKey({ scope: 'notes:write' });
  expect((await call(writer, 'GET', '/notes')).json).toMatchObject({ code: 'insufficient_scope', scope: 'notes:read' });
});

test('its contract shows its own routes: those of keys, its backends, and no backend of another API', async () => {
  const { json } = await call(null, 'GET', '/openapi.json');
  expect(json.servers).toEqual([{ url: new URL(runtime.outputs.apiUrl).pathname }]);
  expect(Object.keys(json.paths)).toEqual(expect.arrayContaining(['/keys/{keyId}', '/notes', '/notes/{noteId}']));
  expect(Object.keys(json.paths['/notes'])).toEqual(['post', 'get']);
  expect(Object.keys(json.paths)).not.toContain('/whoami');
});
