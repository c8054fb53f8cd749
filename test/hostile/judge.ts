import { isDeepStrictEqual } from 'node:util';
import type { KeyCaller as Caller } from '../../shared/authentication/caller.ts';
import { documentedCodes } from '../support/documented-codes.ts';
import type { Judge } from './attempt.ts';
import type { RawAnswer } from './raw-answers.ts';
import { goodKeys } from './target.ts';

/** Bodies of API Gateway's own answers that an API cannot customise. */
const ofTheEdge = ['403 {"message":"Forbidden"}', '413 {"message":"Request Too Long"}'];

/** Without a good key: only open routes are accepted, and no answer is a server error or contains a key. */
export const refused: Judge = (exchange, target) => {
  for (const answer of exchange.answers) {
    const wrong = unsound(answer, exchange.closed) ?? (isOpen(answer) ? undefined : letIn(answer));
    if (wrong !== undefined) return wrong;
    if (goodKeys(target).some((key) => answer.body.includes(key))) return 'the answer holds a key';
  }
  return undefined;
};

/** The end of a message is ambiguous, or it is not HTTP: one refusal, then the connection closes. */
export const rejected: Judge = ({ answers, closed }) => {
  const [first, ...others] = answers;
  if (!closed) return 'the connection stays open';
  if (others.length > 0) return 'what came behind it is answered too';
  return first === undefined || (first.status >= 400 && first.status < 500) ? undefined : `answers ${first.status}`;
};

/** One answer per request, in order. */
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

/** `GET /whoami` reports exactly this caller. */
export function answeredAs(caller: Caller): Judge {
  return ({ answers }) => {
    const [answer] = answers;
    if (answer?.status !== 200) return `answers ${answer?.status}, though the key is good`;
    return isDeepStrictEqual(JSON.parse(answer.body), caller) ? undefined : 'answers with another caller';
  };
}

/** The key is good, the rest is not: a problem with a 4xx status, no server error. */
export const clientsProblem: Judge = ({ answers, closed }) => {
  const [answer] = answers;
  if (answer === undefined) return 'there is no answer';
  return unsound(answer, closed) ?? (answer.status >= 400 ? undefined : `answers ${answer.status}`);
};

/** Faults of an answer to any client: a server error, a header injected by the client, or an error that is not a problem. */
export function unsound({ status, headers, body }: RawAnswer, closed: boolean): string | undefined {
  if (status >= 500 || status < 200) return `answers ${status}`;
  if (headers.has('x-injected')) return 'contains a header that the client injected';
  if (status < 400) return undefined;
  if (!headers.has('x-amzn-requestid')) {
    return closed ? undefined : 'refuses bytes that are not HTTP, but keeps the connection';
  }
  const isForHead = body === '' && headers.get('content-length') !== '0';
  if (isForHead || ofTheEdge.includes(`${status} ${body}`)) return undefined;
  const problem = parse(body);
  if (!/^application\/(problem\+)?json$/.test(headers.get('content-type') ?? '')) return 'is not typed as a problem';
  const isProblem = problem?.status === status && documentedCodes.get(problem.code ?? '') === status;
  return isProblem && problem.requestId ? undefined : 'is not a problem that docs/troubleshooting.md lists';
}

/** The answers that any client may get: a preflight, the contract, and an accepted revocation. */
function isOpen({ status, headers, body }: RawAnswer): boolean {
  if (status === 204) return headers.has('access-control-allow-methods');
  return status === 200 && (body === '' || parse(body)?.openapi !== undefined);
}

/** Whether a key was accepted: a success, or a function's refusal that requires a good key. */
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
