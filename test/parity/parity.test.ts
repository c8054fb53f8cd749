import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { effectiveGatewayResponse, type GatewayResponseType } from '../../local/gateway/gateway-response.ts';
import { type Answer, startApi } from './api-under-test.ts';
import { cases, notRun } from './cases.ts';

interface Behaviour {
  readonly id: string;
  readonly area: string;
  readonly given: string;
  readonly when: string;
  readonly then: {
    readonly status: number | null;
    readonly body: unknown;
    readonly headers: Readonly<Record<string, string>>;
  };
}

const behaviours = JSON.parse(
  readFileSync(new URL('./apigateway-behaviour.json', import.meta.url), 'utf8'),
) as Behaviour[];

test('every recorded behaviour is run, or listed with a reason for not running it', () => {
  const ids = behaviours.map(({ id }) => id).sort();
  expect([...Object.keys(cases), ...Object.keys(notRun)].sort()).toEqual(ids);
});

test.each(behaviours.filter(({ id }) => id in cases).map((behaviour) => [behaviour.id, behaviour] as const))(
  '%s',
  async (id, { then, area }) => {
    const parityCase = cases[id];
    if (!parityCase) throw new Error('filtered above');
    const api = await startApi(parityCase.api);
    try {
      if (area === 'gateway-response-control-plane') assertControlPlane(id, then.body, api.model);
      if (parityCase.send === null) {
        await parityCase.check?.(nothing, api, undefined);
        return;
      }
      const first = parityCase.first && (await api.send(...parityCase.first));
      const answer = await api.send(...(parityCase.send ?? (['GET /test/'] as const)));
      if (then.status !== null) expect(answer.status).toBe(then.status);
      assertBody(then.body, answer);
      for (const [name, expected] of Object.entries(then.headers)) assertHeader(name, expected, answer);
      await parityCase.check?.(answer, api, first);
    } finally {
      await api.close();
    }
  },
);

const nothing: Answer = { status: 0, headers: [], body: '', header: () => undefined };

/** Asserts a record of GetGatewayResponse by its fields. The case itself asserts a record in words. */
function assertControlPlane(id: string, body: unknown, model: Parameters<typeof effectiveGatewayResponse>[0]): void {
  if (typeof body !== 'object' || body === null || !('responseType' in body)) return;
  const record = body as { responseType: GatewayResponseType; statusCode: string };
  const effective = effectiveGatewayResponse(model, record.responseType);
  expect(effective.statusCode, id).toBe(record.statusCode === '<key absent>' ? undefined : Number(record.statusCode));
  expect(effective, id).toMatchObject({ ...record, statusCode: effective.statusCode });
}

function assertBody(expected: unknown, answer: Answer): void {
  if (expected === '') expect(answer.body).toBe('');
  if (typeof expected !== 'object' || expected === null) return;
  const arn = /arn:[^ ]+/;
  const comparable = (text: string) => JSON.parse(text.replace(arn, '<arn>')) as unknown;
  expect(comparable(answer.body)).toEqual(expected);
}

function assertHeader(name: string, expected: string, answer: Answer): void {
  const value = answer.header(name);
  const patterns: Record<string, RegExp> = {
    '<uuid>': /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    '<id>': /=$/,
    "<id ending in '='>": /=$/,
    'Root=...': /^Root=/,
  };
  if (expected.startsWith('<absent')) expect(value, name).toBeUndefined();
  else if (patterns[expected]) expect(value, name).toMatch(patterns[expected]);
  else if (!/^(contains|client)/.test(expected)) expect(value, name).toBe(expected);
}
