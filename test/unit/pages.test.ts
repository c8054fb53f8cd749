import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { long } from '../../vitest.config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files of tests, with their texts. */
const suite = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
  .map((file) => ({ file: `test/${file}`, text: readFileSync(join(root, 'test', file), 'utf8') }));

/** The threats of SECURITY.md, each with the titles of its tests. */
const threats = readFileSync(`${root}SECURITY.md`, 'utf8')
  .split(/^## /m)
  .map((section) => ({
    threat: section.split('\n')[0] ?? '',
    titles: [...section.matchAll(/^- `([^`]+)`$/gm)].map(([, title = '']) => title),
  }))
  .filter(({ titles }) => titles.length > 0);

test('SECURITY.md names the tests of each threat', () => {
  expect(threats.length).toBeGreaterThanOrEqual(15);
});

test.each(threats)('the tests of "$threat" are in the suite, and npm test runs at least one of them', ({ titles }) => {
  const filesOf = (title: string) => suite.filter(({ text }) => text.includes(`'${title}'`)).map(({ file }) => file);
  expect(titles.filter((title) => filesOf(title).length === 0)).toEqual([]);
  const isLong = (file: string) => long.some((pattern) => matchesGlob(file, pattern));
  expect(titles.flatMap(filesOf).filter((file) => !isLong(file))).not.toEqual([]);
});

const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench',
  'docs',
  'examples',
  'package',
].flatMap((name) =>
  name.endsWith('.md')
    ? [name]
    : readdirSync(`${root}${name}`, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.md'))
        .map((file) => `${name}/${file}`),
);

test.each(pages)('every command of %s can be pasted into zsh and bash, on Linux and macOS', (page) => {
  const text = readFileSync(root + page, 'utf8');
  const lines = [...text.matchAll(/^```sh\b.*\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.split('\n'));
  const wrong = [/(^|\s)#\s/, /\bsed -i/, /\bdate -d/, /\breadlink -f/, /\bgrep -P/];
  expect(lines.filter((line) => wrong.some((pattern) => pattern.test(line)))).toEqual([]);
});

/** The anchors that GitHub gives the headings of a page. */
const anchorsOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

test.each(pages)('every link of %s has a target', (page) => {
  const links = [...readFileSync(root + page, 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  for (const [link, path = '', anchor] of links) {
    const target = path === '' ? root + page : join(dirname(root + page), path);
    expect(existsSync(target), link).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
  }
});

test.each(pages)('no line of %s is over 120 characters, except in a block of code', (page) => {
  const prose = readFileSync(root + page, 'utf8').replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  expect(prose.split('\n').filter((line) => Array.from(line).length > 120 && !/^- `[^`]+`$/.test(line))).toEqual([]);
});

test('the README decides in 120 lines', () => {
  expect(readFileSync(`${root}README.md`, 'utf8').split('\n').length).toBeLessThanOrEqual(121);
});
