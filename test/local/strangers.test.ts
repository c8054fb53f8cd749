import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, exchange } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

// Other users of the machine and pages in its browser can reach every port of the runtime.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess();
});
afterAll(() => runtime.stop());

const newUser = JSON.stringify({ name: 'stranger', policyOutput: 'OperatorPolicyArn' });

test.each([
  ['no token', {}],
  ['another token', bearer('stranger')],
  ['a customer’s key', undefined],
])('the control URL refuses %s', async (_what, headers) => {
  const { controlUrl, adminKey } = runtime.outputs;
  const sent = headers ?? bearer(adminKey);
  const answers = [
    await exchange(controlUrl, 'GET', '/', sent),
    await exchange(controlUrl, 'POST', '/iam/users', sent, newUser),
    await exchange(controlUrl, 'POST', '/scalekit/client-secret', sent),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  for (const { text } of answers) expect(text).not.toMatch(/secretAccessKey|functions|clientSecret/);
});

test('everything except the APIs refuses a page of another site, even with the right token', async () => {
  const { controlUrl, controlToken, aws, scalekit, apiUrl, adminKey } = runtime.outputs;
  for (const Origin of ['http://evil.example', 'http://127.0.0.1.evil.example', 'null']) {
    const refused = [
      await exchange(controlUrl, 'GET', '/', { Origin, ...bearer(controlToken) }),
      await exchange(aws.endpointUrl, 'POST', '/', { Origin }),
      await exchange(scalekit.environmentUrl, 'POST', '/oauth/token', { Origin }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
    const answer = await exchange(apiUrl, 'GET', '/whoami', { Origin, ...bearer(adminKey) });
    expect(answer.status).toBe(200);
  }
});
