import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readQueues } from '../../local/aws/queues.ts';
import { type AuthorizationRequest, type Credentials, simulate } from '../../local/iam/iam.ts';
import { readOptions } from '../../local/options.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { parseTemplate, type Template } from '../../local/template/assembly.ts';
import type { ServedModel } from '../../local/template/model.ts';
import { readModel } from '../../local/template/read-model.ts';
import type { Caller } from '../../shared/authentication/caller.ts';
import { arrive, hidden } from '../portal/person.ts';
import { type Answer, clientOf, controlOf, sdkOf } from '../support/client.ts';
import { callAsOperator, sendSigned } from '../support/signed-request.ts';
import { deliverWebhook } from '../support/webhook-delivery.ts';
import { sessionToken } from '../tokens/sign-in.ts';

// Every permission that the template grants is needed. A deployment does everything it can, and every decision of IAM is
// recorded. Without any single permission, at least one of these decisions must be a refusal.

const folder = mkdtempSync(join(tmpdir(), 'permissions-'));
const assembly = process.env['TEST_PLANS_ASSEMBLY'] ?? '';
const stackName = 'ApiKeys-dev';
const templateFile = `${stackName}.template.json`;
let template: Template;

beforeAll(() => {
  template = parseTemplate(JSON.parse(readFileSync(join(assembly, templateFile), 'utf8')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Deployment {
  readonly requests: AuthorizationRequest[];
  readonly denied: string[];
  readonly runtime: Runtime;
}

/** Serves the template with a change. */
async function deploy(name: string, change: (resources: Template['Resources']) => void): Promise<Deployment> {
  const changed = join(folder, name);
  cpSync(assembly, changed, { recursive: true });
  writeFileSync(join(changed, templateFile), JSON.stringify(changedTemplate(change)));
  const requests: AuthorizationRequest[] = [];
  const denied: string[] = [];
  const options = readOptions(['--port', '0', '--data', join(folder, `${name}-data`), '--assembly', changed], {});
  const runtime = await startRuntime(options, {
    onAccess: () => {},
    onDenied: (line) => denied.push(line),
    onAuthorization: (request) => requests.push(request),
  });
  return { requests, denied, runtime };
}

function changedTemplate(change: (resources: Template['Resources']) => void): Template {
  const copy = structuredClone(template);
  change(copy.Resources);
  return copy;
}

type Send = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Changes keys with a session, whose user may have been ended since. */
async function useTokens(
  outputs: Runtime['outputs'],
  call: (key: string, ...request: Parameters<Send>) => Promise<Answer>,
): Promise<void> {
  const session = await sessionToken(outputs, { permissions: ['keys:read', 'keys:write'] });
  const made = (await call(session, 'POST', '/keys', {})).json;
  expect((await call(session, 'PATCH', `/keys/${made.keyId}`, { description: 'changed' })).status).toBe(200);
  const next = (await call(session, 'POST', `/keys/${made.keyId}/rotate`, {})).json;
  expect(next).toHaveProperty('keyId');
}

/** Changes the plan of an organization, and does the work that follows, a day earlier. */
async function usePlans(outputs: Runtime['outputs'], user: Credentials): Promise<void> {
  const { control } = clientOf(() => outputs);
  const organization =
    (await sdkOf(outputs.scalekit).organization.createOrganization('Planned')).organization?.id ?? '';
  const send: Send = (method, path, body) =>
    sendSigned(user, method, `${outputs.operatorUrl}/organizations/${organization}${path}`, body);
  const { keyId } = (await send('POST', '/keys', {})).json;
  const activate = async (plan: string | null) => {
    expect((await send('PUT', '/plan', { plan })).status).toBe(202);
    await expect.poll(async () => !(await send('GET', '/usage')).json.change, { timeout: 20_000 }).toBe(true);
  };
  await activate('free');
  await send('PATCH', `/keys/${keyId}`, { customClaims: { plan: 'free' } });
  await activate('pro');
  await activate('free'); // its meter is still there
  for (const { name } of (await control('GET')).schedules) await control('POST', '/scheduler/due', { name });
}

/** Does everything that needs a permission, on both APIs. */
async function useEverything({ outputs }: Runtime): Promise<void> {
  const { apiUrl, operatorUrl, adminKey, organizationId, otherOrganizationId } = outputs;
  const { scalekit, webhookSecret } = outputs;
  const { call, newKey, control, fault } = clientOf(() => outputs);
  const user = (policyOutput: string): Promise<Credentials> =>
    control('POST', '/iam/users', { name: policyOutput, policyOutput, tags: { organizationId } });
  const operator = await user('OperatorPolicyArn');
  const narrowed = await user('OrganizationOperatorPolicyArn');
  const asKey: Send = (method, path, body) => call(adminKey, method, path, body);
  const as =
    (user: Credentials): Send =>
    (method, path, body) =>
      sendSigned(user, method, `${operatorUrl}/organizations/${organizationId}${path}`, body);
  const asOperator = as(operator);
  const asNarrowed = as(narrowed);
  await asNarrowed('GET', '/keys');
  const { keyId: ownId } = (await asNarrowed('POST', '/keys', {})).json;
  await asNarrowed('PATCH', `/keys/${ownId}`, { description: 'changed' });
  await asNarrowed('DELETE', `/keys/${ownId}`);
  /** A key whose maker is revoked during the creation is withdrawn. */
  const withdrawnCreation = async () => {
    const maker = await newKey({ scope: 'keys:write' });
    await fault({ kind: 'slow', on: ['CreateToken'], times: 1, delayMs: 1_500 });
    const made = call(maker.key, 'POST', '/keys', {});
    await expect.poll(async () => (await control('GET')).scalekit.fault).toBeNull();
    await sdkOf(scalekit).token.invalidateToken(maker.keyId);
    expect((await made).status).toBe(401);
  };
  await asKey('GET', '/whoami');
  await asKey('GET', '/whoami'); // the decision is cached
  await asKey('GET', '/openapi.json');
  const spare = await newKey();
  await asKey('POST', '/revoke', new URLSearchParams({ token: spare.key }));
  await asKey('POST', '/revoke', new URLSearchParams({ token: 'neverAKey' }));
  await withdrawnCreation();
  const mark = { customClaims: { env: 'bulk' } };
  for (const send of [asKey, asOperator]) {
    await send('POST', '/keys', mark);
    await send('POST', '/keys/revoke', mark);
  }
  const { tokenId } = await sdkOf(scalekit).token.createToken(otherOrganizationId ?? '');
  const occurred_at = new Date(Date.now() + 1000).toISOString();
  const gone = { id: 'evt_1', type: 'organization.deleted', occurred_at, data: { id: otherOrganizationId } };
  expect((await deliverWebhook(apiUrl, webhookSecret, gone)).json, tokenId).toEqual({ revoked: 1 });
  for (const send of [asKey, asOperator]) {
    const { keyId } = (await send('POST', '/keys', {})).json;
    await send('GET', '/keys');
    await send('GET', `/keys/${keyId}`);
    await send('PATCH', `/keys/${keyId}`, { description: 'changed', suspended: true });
    await send('POST', `/keys/${keyId}/rotate`, { overlapSeconds: 3600 });
    await send('POST', `/keys/${keyId}/rotate`, { overlapSeconds: 1, replace: true }); // moves the existing schedule
    const doomed = (await send('POST', '/keys', {})).json;
    await send('DELETE', `/keys/${doomed.keyId}`);
  }
  await asOperator('POST', '/keys/apit_1/forget');
  await useTokens(outputs, call);
  await usePlans(outputs, operator);
  await usePortal(outputs, asOperator);
  const lost = (await asOperator('POST', '/keys', {})).json;
  await control('PUT', '/scheduler/fault', { kind: 'no_answer', times: 9 }); // created but not answered, so it is removed
  await asOperator('POST', `/keys/${lost.keyId}/rotate`, { overlapSeconds: 3600 });
  await control('PUT', '/scheduler/fault', { kind: 'fail', times: 0 });
  const schedules = async () => (await control('GET')).schedules;
  await expect.poll(schedules, { timeout: 20_000 }).toEqual([]); // or they would fail with the next one
  const late = (await asOperator('POST', '/keys', {})).json;
  await asOperator('POST', `/keys/${late.keyId}/rotate`, { overlapSeconds: 4 });
  await fault({ kind: 'permission_denied' }); // the end of the overlap and the work queue fail permanently
  await control('PUT', '/sqs/fault', { kind: 'fail', times: 9 });
  await expect.poll(async () => (await control('GET')).deadLetters, { timeout: 20_000 }).toHaveLength(1);
  await control('PUT', '/sqs/fault', { kind: 'fail', times: 0 });
  const later = { ...gone, id: 'evt_2', data: { id: organizationId }, occurred_at: new Date(0).toISOString() };
  expect((await deliverWebhook(apiUrl, webhookSecret, later)).status).toBe(202); // the work queue continues it
  await fault(undefined);
  const second = (await asOperator('POST', '/keys', {})).json;
  await asOperator('POST', `/keys/${second.keyId}/rotate`, { overlapSeconds: 4 });
  await fault({ kind: 'permission_denied' });
  const kinds = async () => (await control('GET')).work.map(({ body }: { body: { kind: string } }) => body.kind);
  await expect.poll(kinds, { timeout: 20_000 }).toContain('overlap');
  await fault(undefined);
  await expect.poll(kinds, { timeout: 20_000 }).toEqual([]);
  await expect.poll(schedules, { timeout: 20_000 }).toEqual([]);
}

/** Does on the page for keys what needs a permission. The end of the rotated key is moved to now. */
async function usePortal(outputs: Runtime['outputs'], asOperator: Send): Promise<void> {
  const { control } = clientOf(() => outputs);
  const deployment = { ...outputs, organizationId: outputs.organizationId ?? '' };
  const person = await arrive(deployment);
  await person.create();
  const { keyId } = (await asOperator('POST', '/keys', { scope: 'notes:read' })).json;
  const rotate = async (rotated: string, overlap: string) => {
    const form = hidden(await person.get(`rotate?keyId=${rotated}`), 'form');
    return (await person.send('rotate', { keyId: rotated, form, overlap })).status;
  };
  expect(await rotate(keyId, '86400')).toBe(201);
  const { keys }: { keys: Caller[] } = (await asOperator('GET', '/keys?pageSize=30')).json;
  const successor = keys.find(({ customClaims }) => customClaims['rotated_from'] === keyId);
  await asOperator('DELETE', `/keys/${successor?.keyId}`);
  expect(await rotate(keyId, '3600')).toBe(201); // moves the schedule
  await asOperator('POST', `/keys/${keyId}/rotate`, { overlapSeconds: 1, replace: true });
  const lost = (await asOperator('POST', '/keys', { scope: 'notes:read' })).json;
  await control('PUT', '/scheduler/fault', { kind: 'no_answer', times: 9 });
  expect(await rotate(lost.keyId, '3600')).toBe(503); // created but not answered, so it is removed
  await control('PUT', '/scheduler/fault', { kind: 'fail', times: 0 });
  const suspended = (await asOperator('POST', '/keys', { scope: 'notes:read' })).json;
  expect((await person.send('suspend', { keyId: suspended.keyId })).status).toBe(303);
  await person.send('revoke', { keyId: suspended.keyId });
  await person.send('sign-out', {});
}

/** One permission of a template, and how to remove it. */
interface Permission {
  readonly name: string;
  readonly remove: (resources: Template['Resources']) => void;
}

/** Every permission that the template grants: each action on each resource, each invocation, each trust. */
function permissionsOf({ Resources }: Template): Permission[] {
  return Object.entries(Resources).flatMap(([id, { Type, Properties }]): Permission[] => {
    if (Type === 'AWS::Lambda::Permission') return [{ name: id, remove: (resources) => void delete resources[id] }];
    if (Type === 'AWS::IAM::Role') {
      const managed = (Properties['ManagedPolicyArns'] as unknown[] | undefined) ?? [];
      return managed.map((_arn, index) => ({
        name: `${id} ManagedPolicyArns[${index}]`,
        remove: (resources) =>
          void ((resources[id]?.Properties['ManagedPolicyArns'] ?? []) as unknown[]).splice(index, 1),
      }));
    }
    if (Type !== 'AWS::IAM::Policy' && Type !== 'AWS::IAM::ManagedPolicy') return [];
    return statementsOf(Properties).flatMap((statement, index) =>
      [statement['Action']].flat().flatMap((action) =>
        [statement['Resource']].flat().map((resource, number) => ({
          name: `${id} ${String(action)} on resource ${number} of statement ${index}`,
          remove: (resources: Template['Resources']) => {
            const statements = statementsOf(resources[id]?.Properties ?? {});
            const { Action, Resource } = statement;
            statements.splice(
              index,
              1,
              { ...statement, Action: [Action].flat().filter((other) => other !== action) },
              { ...statement, Action: [action], Resource: [Resource].flat().filter((other) => other !== resource) },
            );
            const isEmpty = (list: unknown) => Array.isArray(list) && list.length === 0;
            const kept = statements.filter((one) => !isEmpty(one['Action']) && !isEmpty(one['Resource']));
            statements.splice(0, statements.length, ...kept);
          },
        })),
      ),
    );
  });
}

function statementsOf(properties: Record<string, unknown>): Record<string, unknown>[] {
  return (properties['PolicyDocument'] as { Statement: Record<string, unknown>[] }).Statement;
}

/** Decides on a recorded request again, by the policies of another template. */
function decideBy(model: ServedModel, request: AuthorizationRequest): Promise<boolean> {
  const { principal, resource } = request;
  const resourcePolicy =
    model.functions.find(({ arn }) => arn === resource)?.resourcePolicy ??
    model.stacks.flatMap(readQueues).find(({ arn }) => arn === resource)?.resourcePolicy ??
    model.roles.find(({ arn }) => arn === resource)?.trustPolicy;
  const more = resourcePolicy === undefined ? {} : { resourcePolicy };
  if ('service' in principal) return decide({ ...request, ...more });
  const [, roleName] = /:assumed-role\/([^/]+)\//.exec(principal.arn) ?? [];
  const policies =
    model.roles.find(({ name }) => name === roleName)?.policies ??
    principal.policies.map((policy) => model.managedPolicies.find(({ name }) => name === policy.name) ?? policy);
  return decide({ ...request, principal: { ...principal, policies }, ...more });
}

const decisions = new Map<string, Promise<boolean>>();

/** Reuses decisions: one permission affects few policies, so the same policies decide most requests again. */
function decide(request: AuthorizationRequest): Promise<boolean> {
  const key = JSON.stringify(request);
  const decision = decisions.get(key) ?? simulate(request);
  decisions.set(key, decision);
  return decision;
}

test('no call is denied, and without any single permission a call is denied', { timeout: 300_000 }, async () => {
  const whole = await deploy('whole', () => {});
  await useEverything(whole.runtime);
  await whole.runtime.close();
  expect(whole.denied).toEqual([]);

  const undeliverable = await deploy('undeliverable', (resources) => {
    const [, policy] = Object.entries(resources).find(([id]) => id.includes('SchedulerRoleDefaultPolicy')) ?? [];
    const statements = statementsOf(policy?.Properties ?? {});
    statements.splice(
      statements.findIndex(({ Action }) => Action === 'lambda:InvokeFunction'),
      1,
    );
  });
  const { outputs } = undeliverable.runtime;
  const { organizationId } = outputs;
  const { keyId } = (await callAsOperator(outputs, 'POST', '/keys', {})).json;
  await callAsOperator(outputs, 'POST', `/keys/${keyId}/rotate`, { overlapSeconds: 1 });
  await expect
    .poll(async () => (await controlOf(() => outputs)('GET')).deadLetters, { timeout: 20_000 })
    .toEqual([{ queue: expect.stringContaining('DeadLetters'), body: { organizationId, keyId } }]);
  await undeliverable.runtime.close();
  expect(undeliverable.denied).toEqual([
    expect.stringMatching(/^AccessDenied: arn:aws:sts::\d+:assumed-role\/.*SchedulerRole.* lambda:InvokeFunction on /),
  ]);

  const requests = [...whole.requests, ...undeliverable.requests];
  const refusedBy = async (remove: Permission['remove']) => {
    const model = readModel([{ name: stackName, folder: assembly, template: changedTemplate(remove) }]);
    const allowed = await Promise.all(requests.map((request) => decideBy(model, request)));
    return requests.filter((_request, index) => !allowed[index]);
  };
  expect(await refusedBy(() => {})).toEqual([]);
  const permissions = permissionsOf(template);
  expect(permissions.length).toBeGreaterThan(60);
  const unneeded: string[] = [];
  for (const { name, remove } of permissions) {
    if ((await refusedBy(remove)).length === 0) unneeded.push(name);
  }
  // The former authorizer has no route here. Stacks that import it have routes.
  expect(unneeded).toEqual([expect.stringMatching(/^AuthorizerApiKeysdevCustomerApiDataAuthorizer/)]);
});

test('the AWS API refuses a function without a permission, and the client gets an outage', async () => {
  const { runtime, denied } = await deploy('blind', (resources) => {
    const [, policy] = Object.entries(resources).find(([id]) => id.startsWith('AuthorizerRoleDefaultPolicy')) ?? [];
    const statements = statementsOf(policy?.Properties ?? {});
    statements.splice(
      statements.findIndex(({ Action }) => Action === 'ssm:GetParameters'),
      1,
    );
  });
  const answer = await clientOf(() => runtime.outputs).call(runtime.outputs.adminKey, 'GET', '/whoami');
  expect(answer.status).toBe(503);
  expect(denied).toContainEqual(
    expect.stringMatching(/^AccessDenied: arn:aws:sts::\d+:assumed-role\/.*AuthorizerRole.* ssm:GetParameters on /),
  );
  await runtime.close();
});

test('a function that API Gateway may not invoke is not invoked', async () => {
  const { runtime, denied } = await deploy('uninvited', (resources) => {
    for (const [id, { Type }] of Object.entries(resources))
      if (Type === 'AWS::Lambda::Permission' && /^Whoami|whoamiGET/.test(id)) delete resources[id];
  });
  const answer = await clientOf(() => runtime.outputs).call(runtime.outputs.adminKey, 'GET', '/whoami');
  expect(answer.status).toBe(500);
  expect(answer.json).toMatchObject({ code: 'internal_error' });
  expect(denied).toEqual([
    expect.stringMatching(/^AccessDenied: apigateway.amazonaws.com .* lambda:InvokeFunction on /),
  ]);
  await runtime.close();
});
