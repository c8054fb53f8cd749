import { expect, test } from 'vitest';
import { synthesizeProduct } from '../support/product.ts';

const template = synthesizeProduct();
const queries = Object.values(template.findResources('AWS::Logs::QueryDefinition')).map(({ Properties }) => ({
  name: Properties.Name as string,
  text: Properties.QueryString as string,
  logGroups: Properties.LogGroupNames as { Ref: string }[],
}));
const ofAccesses = queries.filter(({ logGroups }) => JSON.stringify(logGroups).includes('AccessLog'));

test('the deployment’s folder contains five saved queries', () => {
  expect(queries.map(({ name }) => name).toSorted()).toEqual([
    'Test/changes of keys',
    'Test/denials by code',
    'Test/last use of each key',
    'Test/slowest decisions',
    'Test/who revoked what',
  ]);
});

test('a query of accesses uses only fields of the access log', () => {
  const [stage] = Object.entries(template.findResources('AWS::ApiGateway::Stage')).filter(([id]) =>
    id.startsWith('CustomerApi'),
  );
  const format = JSON.parse(stage?.[1]['Properties'].AccessLogSetting.Format) as object;
  expect(ofAccesses).toHaveLength(3);
  for (const { text } of ofAccesses) {
    const [, fields = ''] = /^fields (.*)$/m.exec(text) ?? [];
    const named = fields.split(',').map((field) => field.trim().split(/[ *]/)[0] ?? '');
    expect(named).not.toEqual([]);
    for (const field of named.filter((name) => name !== '@timestamp')) expect(Object.keys(format)).toContain(field);
  }
});

test.each(['who revoked what', 'changes of keys'])(
  '%s queries the log of every function that changes keys',
  (query) => {
    const [asked] = queries.filter(({ name }) => name.endsWith(query));
    const groups = JSON.stringify(asked?.logGroups);
    for (const id of [
      'CreateKey',
      'UpdateKey',
      'RevokeKey',
      'RevokeKeys',
      'RotateKey',
      'EndOverlap',
      'ResumeWork',
      'RevokeLeakedKey',
      'ScalekitWebhook',
    ])
      expect(groups).toContain(`${id}Log`);
  },
);
