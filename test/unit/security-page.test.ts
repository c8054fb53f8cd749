import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('every test that SECURITY.md names is in the suite', () => {
  const rows = readFileSync(`${root}SECURITY.md`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const titles = rows
    .slice(2)
    .flatMap((row) => [...(row.split('|')[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, title = '']) => title));
  const suite = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, 'test', file), 'utf8'))
    .join('\n');
  expect(titles.length).toBeGreaterThan(20);
  expect(titles.filter((title) => !suite.includes(`'${title}'`))).toEqual([]);
});
