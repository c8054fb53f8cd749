import { expect } from 'vitest';
import { problemType } from '../../shared/deployment.ts';
import type { Answer } from './client.ts';

/** Asserts that an answer is the problem with this status and code, of a deployment with this `docsUrl`. */
export function expectProblem(answer: Answer, status: number, code: string, docsUrl?: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json$/);
  expect(answer.json).toMatchObject({
    type: problemType(docsUrl, code),
    status,
    code,
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(answer.json.requestId).toMatch(/^[0-9a-f-]{36}$/);
}
