import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DynamoDb } from '../../local/aws/dynamodb.ts';
import { serveAws } from '../../local/aws/server.ts';
import { readTables } from '../../local/aws/tables.ts';
import type { JsonServer } from '../../local/http/http-json.ts';
import { administratorAccess, Iam } from '../../local/iam/iam.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import { Stack } from '../../local/template/stack.ts';
import { encodeCaller } from '../../shared/authentication/caller.ts';
import { environmentFor } from '../support/parameter-server.ts';
import { runs } from '../support/runs.ts';

// The example backend's handlers on the table of its stack, through the AWS SDK.

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

const scope = 'notes:read notes:write';

const folder = mkdtempSync(join(tmpdir(), 'notes-'));
let dynamoDb: DynamoDb;
let server: JsonServer;
let handlers: Record<'create' | 'list' | 'get' | 'remove', Handler>;

beforeAll(async () => {
  const stacks = readAssembly(process.env['TEST_NOTES_ASSEMBLY'] ?? '').map((stack) => new Stack(stack));
  const tables = stacks.flatMap(readTables);
  const iam = new Iam([]);
  const { credentials } = iam.createUser('test', [administratorAccess]);
  dynamoDb = await DynamoDb.open(join(folder, 'tables'), tables);
  server = await serveAws(iam, { dynamodb: dynamoDb });
  const environment = {
    ...environmentFor(server, credentials),
    NOTES_TABLE: tables.find(({ definition }) => JSON.stringify(definition).includes('RANGE'))?.name,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  handlers = {
    create: (await import('../../examples/notes/functions/create-note.ts')).handler,
    list: (await import('../../examples/notes/functions/list-notes.ts')).handler,
    get: (await import('../../examples/notes/functions/get-note.ts')).handler,
    remove: (await import('../../examples/notes/functions/delete-note.ts')).handler,
  };
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await dynamoDb.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Caller {
  readonly organizationId: string;
  readonly userId: string | undefined;
  readonly environment: string | undefined;
}

interface Row extends Caller {
  readonly noteId: string;
}

const caller = fc.record({
  organizationId: fc.constantFrom('org_1', 'org_12'),
  userId: fc.constantFrom<(string | undefined)[]>(undefined, 'usr_1', 'usr_12'),
  environment: fc.constantFrom<(string | undefined)[]>(undefined, 'prod', 'prod/eu', '{}'),
});
const which = fc.nat({ max: 30 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), caller, environment: fc.constantFrom(undefined, 'prod', 'test') }),
  fc.record({ kind: fc.constant('list' as const), caller, pageSize: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('listFrom' as const), caller, which }),
  fc.record({ kind: fc.constant('get' as const), caller, which }),
  fc.record({ kind: fc.constant('remove' as const), caller, which }),
);

/** An independent rule for the rows that a caller may access. */
const mayTouch = (row: Row, by: Caller) =>
  row.organizationId === by.organizationId &&
  (by.userId === undefined || by.userId === row.userId) &&
  (by.environment === undefined || by.environment === row.environment);

test('no read or write crosses organizations, users or claims, in any sequence of operations on notes', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      run++; // separate organizations per run
      let rows: Row[] = [];
      const known: string[] = [];
      const send = async (handler: Handler, by: Caller, request: Partial<APIGatewayProxyEvent>) => {
        const authorizer = encodeCaller({
          keyId: 'apit_1',
          organizationId: `${by.organizationId}x${run}`,
          ...(by.userId === undefined ? {} : { userId: by.userId }),
          customClaims: { scope, ...(by.environment === undefined ? { team: 'a' } : { environment: by.environment }) },
          roles: [],
        });
        const requestContext = { requestId: 'r', path: '/v1/notes', authorizer };
        const event = { requestContext, ...request } as unknown as APIGatewayProxyEvent;
        const { statusCode, body } = await handler(event, {} as Context);
        return { status: statusCode, json: body === '' ? undefined : JSON.parse(body) };
      };
      const list = async (by: Caller, query: Record<string, string>) => {
        const ids: string[] = [];
        for (let pageToken: string | undefined = query['pageToken']; ; ) {
          const { json } = await send(handlers.list, by, {
            queryStringParameters: { ...query, ...(pageToken === undefined ? {} : { pageToken }) },
          });
          ids.push(...json.notes.map(({ noteId }: Row) => noteId));
          pageToken = json.nextPageToken;
          if (pageToken !== undefined) expect(ids).toContain(pageToken); // and reveals no row that the caller may not see
          if (pageToken === undefined) return ids;
        }
      };
      for (const one of steps) {
        const by = one.caller;
        const visible = rows.filter((row) => mayTouch(row, by)).map(({ noteId }) => noteId);
        if (one.kind === 'create') {
          const body = JSON.stringify({ text: 'a note', environment: one.environment });
          const { status, json } = await send(handlers.create, by, { body });
          const foreign = by.environment !== undefined && ![undefined, by.environment].includes(one.environment);
          expect(status).toBe(foreign ? 403 : 201);
          if (foreign) continue;
          rows.push({ ...by, environment: one.environment ?? by.environment, noteId: json.noteId });
          known.push(json.noteId);
        } else if (one.kind === 'list') {
          const ids = await list(by, { pageSize: String(one.pageSize) });
          expect(ids.toSorted()).toEqual(visible.toSorted());
        } else {
          const noteId = known[one.which % known.length];
          if (noteId === undefined) continue;
          if (one.kind === 'listFrom')
            expect(visible).toEqual(expect.arrayContaining(await list(by, { pageToken: noteId })));
          if (one.kind === 'get') {
            const { status, json } = await send(handlers.get, by, { pathParameters: { noteId } });
            expect([status, json.noteId ?? json.code]).toEqual(
              visible.includes(noteId) ? [200, noteId] : [404, 'not_found'],
            );
          }
          if (one.kind === 'remove') {
            const { status } = await send(handlers.remove, by, { pathParameters: { noteId } });
            expect(status).toBe(204);
            rows = rows.filter((row) => row.noteId !== noteId || !visible.includes(noteId));
          }
        }
      }
      for (const by of rows)
        expect(await list({ ...by, userId: undefined, environment: undefined }, {})).toContain(by.noteId);
    }),
    { numRuns: runs(20) },
  );
});

test('an organization or user in a client’s request is refused, never used', async () => {
  const authorizer = encodeCaller({ keyId: 'apit_1', organizationId: 'org_a', customClaims: { scope }, roles: [] });
  const requestContext = { requestId: 'r', path: '/v1/notes', authorizer };
  const ask = async (handler: Handler, request: object) => {
    const answer = await handler({ requestContext, ...request } as unknown as APIGatewayProxyEvent, {} as Context);
    return [answer.statusCode, JSON.parse(answer.body).code];
  };
  const refused = [400, 'invalid_request'];
  expect(await ask(handlers.create, { body: '{"text":"a","organizationId":"org_b"}' })).toEqual(refused);
  expect(await ask(handlers.create, { body: '{"text":"a","userId":"usr_1"}' })).toEqual(refused);
  expect(await ask(handlers.create, { body: '{"text":' })).toEqual(refused);
  expect(await ask(handlers.create, { body: null })).toEqual(refused);
  expect(await ask(handlers.list, { queryStringParameters: { organizationId: 'org_b' } })).toEqual(refused);
  expect(await ask(handlers.list, { queryStringParameters: { pageToken: '{"organizationId":"org_b"}' } })).toEqual(
    refused,
  );
  expect(await ask(handlers.get, { pathParameters: { noteId: 'note_1' } })).toEqual(refused);
});
