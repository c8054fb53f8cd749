import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { ApiKeysStack } from '../../infra/api-keys-stack.ts';
import { readConfig } from '../../infra/config.ts';

const page = readFileSync(new URL('../../docs/production.md', import.meta.url), 'utf8');
const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
const { context: flags } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
const app = new App({ context: { ...flags, authorizerTtlSeconds: 0 } });
const template = Template.fromStack(new ApiKeysStack(app, 'Test', { config: readConfig(app.node) }));

test('the page lists every resource of the default stack, with its reason', () => {
  const listed = rows
    .filter(([, type = '']) => type.startsWith('`AWS::'))
    .map(([, type = '', count, why = '']) => {
      expect(why.length, type).toBeGreaterThan(5);
      return [type.replaceAll('`', ''), Number(count)] as const;
    });
  const found: Record<string, number> = {};
  for (const { Type } of Object.values(template.toJSON()['Resources'] as Record<string, { Type: string }>))
    found[Type] = (found[Type] ?? 0) + 1;
  expect(Object.fromEntries(listed)).toEqual(found);
});

test('the page names every alarm', () => {
  for (const id of Object.keys(template.findResources('AWS::CloudWatch::Alarm')))
    expect(page).toContain(`| \`${/^Monitoring(\w+)Alarm/.exec(id)?.[1]}\` |`);
});
