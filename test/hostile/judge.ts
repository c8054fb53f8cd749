import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../../shared/authentication/caller.ts';
import { documentedCodes } from '../support/documented-codes.ts';
import type { Judge } from './attempt.ts';
import type { RawAnswer } from './raw-answers.ts';
import { goodKeys } from './target.ts';

/** Bodies that API Gateway answers with before or beyond what an API can customise. */
const ofTheEdge = ['403 {"message":"Forbidden"}', '413 {"message":"Request Too Long"}'];

/** No key was good: nothing is accepted but what is open to anybody, and no answer is a fault or holds a key. */
export const refused: Judge = (exchange, target) => {
  for (const answer of exchange.answers) {
    const wrong = unsound(answer, exchange.closed) ?? (isOpen(answer) ? undefined : letIn(answer));
    if (wrong !== undefined) return wrong;
    if (goodKeys(target).some((key) => answer.body.includes(key))) return 'the answer holds a key';
  }
  return undefined;
};

/** Where a message ends can be read in two ways, or it is no HTTP: one refusal, and nothing more on this connection. */
export const rejected: Judge = ({ answers, closed }) => {
  const [first, ...others] = answers;
  if (!closed) return 'the connection stays open';
  if (others.length > 0) return 'what came behind it is answered too';
  return first === undefined || (first.status >= 400 && first.status < 500) ? undefined : `answers ${first.status}`;
};

/** Answers that come one behind the other, each to its own request. */
export function inTurn(...judges: readonly Judge[]): Judge {
  return async ({ answers, closed }, target) => {
    if (answers.length !== judges.length) return `${answers.length} answers to ${judges.length} requests`;
    for (const [index, judge] of judges.entries()) {
      const wrong = await judge({ answers: answers.slice(index, index + 1), closed }, target);
      if (wrong !== undefined) return `answer ${index + 1}: ${wrong}`;
    }
    return undefined;
  };
}

/** `GET /whoami` says exactly whose key it was. */
export function answeredAs(caller: Caller): Judge {
  return ({ answers }) => {
    const [answer] = answers;
    if (answer?.status !== 200) return `answers ${answer?.status}, though the key is good`;
    return isDeepStrictEqual(JSON.parse(answer.body), caller) ? undefined : 'answers with another caller';
  };
}

/** A key is good, the rest is not: a problem of the client's, and no fault. */
export const clientsProblem: Judge = ({ answers, closed }) => {
  const [answer] = answers;
  if (answer === undefined) return 'there is no answer';
  return unsound(answer, closed) ?? (answer.status >= 400 ? undefined : `answers ${answer.status}`);
};

/** What is wrong with any answer, whoever asked: a fault, a header that the client put in, an error that is no problem. */
export function unsound({ status, headers, body }: RawAnswer, closed: boolean): string | undefined {
  if (status >= 500 || status < 200) return `answers ${status}`;
  if (headers.has('x-injected')) return 'holds a header of the client’s making';
  if (status < 400) return undefined;
  if (!headers.has('x-amzn-requestid')) {
    return closed ? undefined : 'refuses bytes that are no HTTP, and keeps the connection';
  }
  const isForHead = body === '' && headers.get('content-length') !== '0';
  if (isForHead || ofTheEdge.includes(`${status} ${body}`)) return undefined;
  const problem = parse(body);
  if (!/^application\/(problem\+)?json$/.test(headers.get('content-type') ?? '')) return 'is not typed as a problem';
  const isProblem = problem?.status === status && documentedCodes.get(problem.code ?? '') === status;
  return isProblem && problem.requestId ? undefined : 'is no problem that docs/troubleshooting.md lists';
}

/** What anybody may have: preflight, the contract, and that a revocation was taken. */
function isOpen({ status, headers, body }: RawAnswer): boolean {
  if (status === 204) return headers.has('access-control-allow-methods');
  return status === 200 && (body === '' || parse(body)?.openapi !== undefined);
}

/** A key was taken for good: by a success, or by a function's refusal that none makes without one. */
function letIn({ status, headers, body }: RawAnswer): string | undefined {
  if (status < 400) return `ACCEPTED: answers ${status}`;
  const isOfFunction = headers.has('x-amzn-trace-id');
  const code = parse(body)?.code ?? '';
  const isOpenRoutes = ['invalid_webhook_signature', 'invalid_request'].includes(code);
  return isOfFunction && !isOpenRoutes ? `LET IN: a function answers ${code}` : undefined;
}

interface Parsed {
  readonly status?: number;
  readonly code?: string;
  readonly requestId?: string;
  readonly openapi?: string;
}

function parse(body: string): Parsed | undefined {
  try {
    return JSON.parse(body) as Parsed;
  } catch {
    return undefined;
  }
}
