import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { ask } from '../../infra/commands/ask.ts';

/** A terminal with typed input and shown output. It echoes until it is set to raw mode. */
function openTerminal() {
  const shown: string[] = [];
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (mode: boolean) => void raw.push(mode) });
  const output = new PassThrough().on('data', (chunk: Buffer) => shown.push(chunk.toString()));
  return { input, output, raw, shown: () => shown.join('') };
}

describe('a secret', () => {
  test('is read completely, with corrections, and no part of it is shown', async () => {
    const terminal = openTerminal();
    const answer = ask('Secret', { isSecret: true }, terminal);
    for (const key of ['t', 'o', 'p', ' x', '\u007f', '-', 'secret']) terminal.input.write(key);
    terminal.input.write('\r');
    expect(await answer).toBe('top -secret');
    expect(terminal.shown()).toBe('Secret (not shown): \n');
  });

  test('is not echoed by the terminal, which echoes again afterwards', async () => {
    const terminal = openTerminal();
    const answer = ask('Secret', { isSecret: true }, terminal);
    expect(terminal.raw).toEqual([true]);
    terminal.input.write('x\r');
    await answer;
    expect(terminal.raw).toEqual([true, false]);
  });
});

test('input that is not a secret is shown while it is typed', async () => {
  const terminal = openTerminal();
  const answer = ask('Client id', {}, terminal);
  terminal.input.write('skc_1\r');
  expect(await answer).toBe('skc_1');
  expect(terminal.shown()).toContain('Client id: ');
  expect(terminal.shown()).toContain('skc_1');
});

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s ends a question', async (_name, key) => {
  const terminal = openTerminal();
  const answer = ask('Secret', { isSecret: true }, terminal);
  terminal.input.write(key);
  await expect(answer).rejects.toThrow('nothing was stored');
  expect(terminal.raw).toEqual([true, false]);
});
