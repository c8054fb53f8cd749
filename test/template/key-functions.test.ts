import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { operations } from '../../contract/operations.ts';
import { keyFunctionEntries, keyFunctions, type Permission } from '../../infra/key-functions.ts';
import { everySetting, synthesizeProduct } from '../support/product.ts';
import { synthesize } from './deployed/deployed.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** The AWS actions of each permission of the table. */
const actions: Readonly<Record<Permission, readonly string[]>> = {
  scalekit: ['ssm:GetParameters', 'kms:Decrypt'],
  webhookSecret: ['ssm:GetParameters', 'kms:Decrypt'],
  record: ['events:PutEvents'],
  decide: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'],
  mark: ['dynamodb:PutItem'],
  findId: ['dynamodb:GetItem'],
  remind: ['scheduler:CreateSchedule', 'iam:PassRole'],
  suspend: ['dynamodb:GetItem', 'dynamodb:PutItem'],
  readUses: ['dynamodb:BatchGetItem'],
  readEnded: ['dynamodb:BatchGetItem'],
  checkTokens: ['dynamodb:BatchGetItem'],
  readPlan: ['dynamodb:GetItem'],
  schedule: [
    'scheduler:GetSchedule',
    'scheduler:CreateSchedule',
    'scheduler:UpdateSchedule',
    'scheduler:DeleteSchedule',
    'iam:PassRole',
  ],
  putWork: ['sqs:SendMessage'],
  takeWork: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
};

/** The permissions of every function: its log and traces. */
const common = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

const resources = synthesize(everySetting);
const routes = Object.entries(operations).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { tag }]) => ({ route: `${method.toUpperCase()} ${path}`, tag })),
);
const promised = (wanted: string) => routes.filter(({ tag }) => tag === wanted).map(({ route }) => route);

const webhook = keyFunctions.ScalekitWebhook.open.route;

test('the contract has exactly the routes of the table, without the webhook of a supplier', () => {
  const withKey = keyFunctionEntries.flatMap(([, { route }]) => route ?? []);
  const open = keyFunctionEntries.flatMap(([, row]) => row.open?.route ?? []).filter((route) => route !== webhook);
  expect(withKey.toSorted()).toEqual(promised('keys').toSorted());
  expect(open.toSorted()).toEqual(promised('open').toSorted());
});

test('every function’s folder is in the table, except the example backend and the optional ones', () => {
  const folders = readdirSync(new URL('../../functions', import.meta.url));
  const entries = keyFunctionEntries.map(([, { entry }]) => entry);
  expect(
    [
      ...entries,
      'apply-plan',
      'canary',
      'create-portal-link',
      'get-usage',
      'portal',
      'remind-expiry',
      'set-plan',
      'whoami',
    ].toSorted(),
  ).toEqual(folders.toSorted());
});

test.each(keyFunctionEntries)('%s has exactly the permissions of the table', (id, { may, entry }) => {
  const [role] = rolesOf(entry);
  const policies = Object.entries(resources).filter(
    ([, { Type, Properties }]) =>
      Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.['Roles']).includes(`"${role}"`),
  );
  expect(policies, id).toHaveLength(1);
  const document = policies[0]?.[1].Properties?.['PolicyDocument'] as { Statement: readonly Statement[] };
  const allowed = document.Statement.flatMap(({ Action }) => Action);
  const deadLetters = id === 'EndOverlap' ? ['sqs:SendMessage'] : []; // Lambda itself sends them, with the function's role
  const expected = [...common, ...deadLetters, ...may.flatMap((permission) => actions[permission])];
  expect(new Set(allowed)).toEqual(new Set(expected));
});

/** The logical ids of the roles of an entry's function. */
function rolesOf(entry: string): string[] {
  return Object.values(resources).flatMap(({ Type, Properties = {} }) => {
    const { Variables } = (Properties['Environment'] ?? {}) as { Variables?: Record<string, string> };
    if (Type !== 'AWS::Lambda::Function' || Variables?.['POWERTOOLS_SERVICE_NAME'] !== entry) return [];
    return (Properties['Role'] as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0];
  });
}

test('every method has an operation name, which is that of the contract where it has one', () => {
  const ids = Object.values(operations).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  const methods = Object.values(synthesizeProduct().findResources('AWS::ApiGateway::Method'));
  const names = methods.map(({ Properties }) => Properties.OperationName as string | undefined);
  for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
  for (const id of ids) expect(names).toContain(id);
});
