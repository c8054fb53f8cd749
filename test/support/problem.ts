import { expect } from 'vitest';
import type { Answer } from './client.ts';

/** Asserts that an answer is the problem with this status and code. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json$/);
  expect(answer.json).toMatchObject({
    type: 'about:blank',
    status,
    code,
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(answer.json.requestId).toMatch(/^[0-9a-f-]{36}$/);
}
