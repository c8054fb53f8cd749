import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { paste, shells } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'readme-'));
let runtime: RuntimeProcess;

beforeAll(async () => {
  runtime = await startRuntimeProcess();
  symlinkSync(runtime.dataDir, join(folder, '.local'));
});
afterAll(async () => {
  await runtime.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each(shells)(
  'the first block of the README, pasted into %s, revokes a key and shows that it is refused',
  async (shell) => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, block = ''] = /^```sh first-key\n([\s\S]*?)^```$/m.exec(readme) ?? [];
    const { text } = await paste(shell, block, { cwd: folder });
    const answers = text.split('\n').filter((line) => /^({.*}|\d{3})$/.test(line));
    const [used = '', revoked, refused = ''] = answers;
    expect(JSON.parse(used)).toMatchObject({
      organizationId: runtime.outputs.organizationId,
      keyId: expect.stringMatching(/^apit_/),
    });
    expect(revoked).toBe('204');
    expect(JSON.parse(refused)).toMatchObject({ status: 401, code: 'invalid_token' });
  },
);
