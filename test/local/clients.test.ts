import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

// The clients of examples/clients, run as a reader would, against a local runtime and against scripted answers.

const folder = fileURLToPath(new URL('../../examples/clients/', import.meta.url));
const buildFolder = mkdtempSync(join(tmpdir(), 'clients-'));
const goProgram = join(buildFolder, 'list-keys');

type Command = readonly [string, ...string[]];

interface Client {
  readonly name: string;
  readonly command: Command;
  /** The command that prints the toolchain's version, and the accepted versions. */
  readonly version: readonly [string, string];
  readonly needs: { readonly versions: RegExp; readonly text: string };
  /** Runs once before the tests; `built` then runs its result. */
  readonly build?: Command;
  readonly built?: Command;
}

const clients: readonly Client[] = [
  {
    name: 'curl',
    command: ['bash', `${folder}curl/list-keys.sh`],
    version: ['curl', '--version'],
    needs: { versions: /^curl [7-9]/, text: 'curl 7' },
  },
  {
    name: 'typescript',
    command: [process.execPath, `${folder}typescript/list-keys.ts`],
    version: [process.execPath, '--version'],
    needs: { versions: /^v(2[4-9]|[3-9]\d)/, text: 'Node.js 24' },
  },
  {
    name: 'python',
    command: ['python3', `${folder}python/list_keys.py`],
    version: ['python3', '--version'],
    needs: { versions: /^Python 3\.(9|\d\d)/, text: 'Python 3.9' },
  },
  {
    name: 'go',
    command: [goProgram],
    build: ['go', 'build', '-o', goProgram, `${folder}go/list_keys.go`],
    version: ['go', 'version'],
    needs: { versions: /go1\.\d\d/, text: 'Go 1.10' },
  },
  {
    name: 'java',
    command: ['java', `${folder}java/ListKeys.java`],
    // Compiling at each start takes about three times as long.
    build: ['javac', '-d', buildFolder, `${folder}java/ListKeys.java`],
    built: ['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', buildFolder, 'ListKeys'],
    version: ['javac', '--version'],
    needs: { versions: /^\S+ (1[7-9]|[2-9]\d)\b/, text: 'Java 17' },
  },
];

function hasToolchain({ version: [tool, argument], needs }: Client): boolean {
  const { stdout } = spawnSync(tool, [argument], { encoding: 'utf8' });
  return needs.versions.test(stdout ?? '');
}

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a client without the parts of this process's environment that could affect it, such as a proxy. */
async function run([file, ...args]: Command, env: Record<string, string>): Promise<Run> {
  const { PATH = '', HOME = '' } = process.env;
  const ran = await new Promise<Run>((resolve) => {
    execFile(file, args, { env: { PATH, HOME, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
  for (const part of (env['API_KEY'] ?? '').split(/\s+/)) expect(ran.stdout + ran.stderr).not.toContain(part);
  return ran;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

interface Received {
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly at: number;
}

const secret = 'kEyOfTheScriptedServer0123456789';

/** Runs a client against a server that gives these answers in turn and repeats the last one. */
async function runScripted(command: Command, answers: readonly Answer[]): Promise<Run & { received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(received.length, answers.length - 1)] as Answer;
    const url = new URL(request.url ?? '', 'http://localhost');
    received.push({ url, authorization: request.headers.authorization, at: performance.now() });
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body, null, 2);
    response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers }).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const ran = await run(command, { API_URL: `http://127.0.0.1:${port}/v1/`, API_KEY: secret });
    return { ...ran, received };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { type: 'about:blank', title: 'T', status, detail: `Why "${code}"/it is.`, code, requestId: 'r' },
});
const page = (keyIds: readonly string[], nextPageToken?: string): Answer => ({
  status: 200,
  body: { keys: keyIds.map((keyId) => ({ keyId, customClaims: { keyId: 'no' } })), totalCount: 1, nextPageToken },
});

let runtime: RuntimeProcess;
/** The ids of all keys that the API lists. */
let keyIds: string[];
let revokedKey: string;
let keyWithoutScope: string;

beforeAll(async () => {
  const builds = clients.filter(hasToolchain).map(async ({ build }) => {
    if (!build) return;
    const [file, ...args] = build;
    await new Promise<void>((resolve, reject) => {
      execFile(file, args, (error) => (error ? reject(error) : resolve()));
    });
  });
  runtime = await startRuntimeProcess();
  const { apiUrl, adminKey } = runtime.outputs;
  const call = (method: string, path: string, body?: object) =>
    fetch(apiUrl + path, {
      method,
      headers: { Authorization: `Bearer ${adminKey}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  const newKey = async (body: object) => (await (await call('POST', '/keys', body)).json()) as Record<string, string>;

  for (const description of ['one', 'two', 'three']) await newKey({ description });
  // A client that searches only for names would mistake these for an id, a token and a code.
  await newKey({ customClaims: { keyId: 'no', nextPageToken: 'no', code: 'invalid_token' } });
  await newKey({ description: '{"keys": [{"keyId": "no"}], "nextPageToken": "no"} \\"é]}' });
  keyWithoutScope = (await newKey({}))['key'] as string;
  const revoked = await newKey({});
  revokedKey = revoked['key'] as string;
  await call('DELETE', `/keys/${revoked['keyId']}`);

  const listed = (await (await call('GET', '/keys?pageSize=30')).json()) as { keys: { keyId: string }[] };
  keyIds = listed.keys.map(({ keyId }) => keyId);
  expect(keyIds.length).toBeGreaterThan(5);
  await Promise.all(builds);
});
afterAll(async () => {
  rmSync(buildFolder, { recursive: true, force: true });
  await runtime.stop();
});

for (const client of clients) {
  if (!hasToolchain(client)) {
    const reason = `skipped, as there is no ${client.needs.text} or later`;
    console.warn(`examples/clients/${client.name}: ${reason}`);
    test.skip(`${client.name}: ${reason}`, () => {});
    continue;
  }

  const command = client.built ?? client.command;
  describe.concurrent(client.name, () => {
    test('lists all keys over several pages', async () => {
      const { apiUrl: API_URL, adminKey: API_KEY } = runtime.outputs;
      const { code, stdout, stderr } = await run(client.command, { API_URL, API_KEY, PAGE_SIZE: '2' });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/\n$/);
      expect(stdout.trimEnd().split('\n').sort()).toEqual(keyIds.toSorted());
    });

    test('a revoked key must be replaced', async () => {
      const ran = await run(command, { API_URL: runtime.outputs.apiUrl, API_KEY: revokedKey });
      expect(ran).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('replace the API key') });
    });

    test('a key without the scope need not be replaced', async () => {
      const ran = await run(command, { API_URL: runtime.outputs.apiUrl, API_KEY: keyWithoutScope });
      expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^403 insufficient_scope: ./) });
    });

    test('an invalid key is not retried', async () => {
      const { code, stdout, received } = await runScripted(command, [problem(401, 'invalid_token')]);
      expect({ code, stdout, requests: received.length }).toEqual({ code: 3, stdout: '', requests: 1 });
      expect(received[0]?.authorization).toBe(`Bearer ${secret}`);
      expect(received[0]?.url.href).toBe('http://localhost/v1/keys?pageSize=30');
    });

    test.each(['address_not_allowed', 'malformed_credentials'])(
      '401 %s does not mean that the key is bad',
      async (refusal) => {
        const ran = await runScripted(command, [problem(401, refusal)]);
        expect(ran).toMatchObject({ code: 1, stdout: '' });
        expect(ran.stderr.trim()).toBe(`401 ${refusal}: Why "${refusal}"/it is.`);
        expect(ran.received).toHaveLength(1);
      },
    );

    test('requests are retried through an outage, and an empty page is not the end', async () => {
      const token = 'a+b/c==&d=%25 "\\#';
      const { code, stdout, stderr, received } = await runScripted(command, [
        problem(503, 'upstream_unavailable', { 'Retry-After': '1' }),
        problem(503, 'upstream_unavailable', { 'Retry-After': '1' }),
        page([], token),
        problem(429, 'throttled'), // without Retry-After
        page(['apit_1', 'apit_2']),
      ]);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'apit_1\napit_2\n', stderr: '' });
      const tokens = received.map(({ url }) => url.searchParams.get('pageToken'));
      expect(tokens).toEqual([null, null, null, token, token]);
      const waited = received.map(({ at }, index) => at - (received[index - 1]?.at ?? at));
      expect((waited[1] ?? 0) + (waited[2] ?? 0)).toBeGreaterThanOrEqual(1990);
      expect(waited[4]).toBeGreaterThanOrEqual(990);
    });

    test.each([
      [503, 'upstream_unavailable', '1', 4],
      [429, 'throttled', '0', 4],
      [429, 'throttled', '3600', 1], // no client waits for an hour
    ])('endless %i %s with Retry-After %s ends after %i requests', async (status, name, seconds, requests) => {
      const ran = await runScripted(command, [problem(status, name, { 'Retry-After': seconds })]);
      expect(ran).toMatchObject({ code: 4, stdout: '' });
      expect(ran.stderr).toMatch(/key may be good.*retry in/);
      expect(ran.received).toHaveLength(requests);
    });

    test.each<[string, RegExp, Answer]>([
      ['a proxy’s page', /^502 unknown: ./, { status: 502, body: '<a href="x">Bad Gateway</a>' }],
      ['a web page that is not ours', /^200: ./, { status: 200, body: '<p>Welcome to the "Hotel"</p>' }],
      ['a redirect', /^302 unknown: ./, { status: 302, body: '', headers: { Location: '/elsewhere' } }],
    ])('%s is an error without a retry', async (_name, message, answer) => {
      const ran = await runScripted(command, [answer]);
      expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
      expect(ran.received).toHaveLength(1);
    });

    test('a string that is not a key is neither sent nor shown', async () => {
      const ran = await run(command, { API_URL: 'http://127.0.0.1:9', API_KEY: `${secret}\nX-Other:${secret}` });
      expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^API_KEY is not set, or/) });
    });
  });
}
