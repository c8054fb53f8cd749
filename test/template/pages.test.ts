import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { problems } from '../../contract/problems.ts';
import { documentedCodes } from '../support/documented-codes.ts';
import { synthesizeProduct } from '../support/product.ts';

interface Answer {
  readonly status: number;
  readonly code: string;
}

const page = readFileSync(new URL('../../docs/production.md', import.meta.url), 'utf8');
const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
const template = synthesizeProduct();

test('the page on production lists every resource of the default stack with its reason', () => {
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

test('the page on production names every alarm', () => {
  for (const id of Object.keys(template.findResources('AWS::CloudWatch::Alarm')))
    expect(page).toContain(`| \`${/^Monitoring(\w+)Alarm/.exec(id)?.[1]}\` |`);
});

test('the page of codes lists every code that functions and gateways answer with, and its status', () => {
  const ofGateways = Object.values(template.findResources('AWS::ApiGateway::GatewayResponse')).map(
    ({ Properties }) => JSON.parse(Properties['ResponseTemplates']['application/json']) as Answer,
  );
  const answers = [
    ...Object.values(problems).flatMap(({ status, codes }) => codes.map((code): Answer => ({ status, code }))),
    ...ofGateways.filter(({ code }) => !code.startsWith('$')), // the authorizer's codes are in the contract
  ];
  expect(answers.length).toBeGreaterThan(50);
  for (const { status, code } of answers) expect(documentedCodes.get(code), code).toBe(status);
});
