import { defineConfig } from 'vitest/config';

const rooms = '{actor,address-ranges,authority,authorizer-parts,bearer,caller,governance,list-keys}';

/** The unit tests of the rooms whose code is mutated: each runs in seconds, and every mutant runs some of them. */
export default defineConfig({
  test: { include: [`test/unit/${rooms}.test.ts`], deps: { interopDefault: false }, testTimeout: 60_000 },
});
