import { defineConfig } from 'vitest/config';

/** Of authentication and authorization, which `npm run mutants` holds to a score. */
const held = 'actor,address-ranges,authority,authorizer-parts,bearer,caller,governance,list-keys';
/** Of endpoint and scalekit, which `npm run mutants -- --mutate 'shared/{endpoint,scalekit}/*.ts'` reports. */
const reported =
  'call-policy,contract,credentials,failure-log,http2-session,key-info,paced,problem,rate-limits,webhook-signature';

/** The unit tests of the rooms whose code is mutated. */
export default defineConfig({
  test: {
    include: [`test/unit/{${held},${reported}}.test.ts`],
    deps: { interopDefault: false },
    testTimeout: 60_000,
  },
});
