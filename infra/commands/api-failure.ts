import { CommandFailure, type ExitCode, exitCodes } from './exit-codes.ts';

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly successorId?: string;
}

/** The options by which a field of a request is given. */
const optionOf: Readonly<Record<string, string>> = {
  userId: '--user',
  description: '--description',
  scope: '--scope',
  customClaims: '--claim',
  expiresIn: '--expires-in',
  overlapSeconds: '--overlap',
  createdBefore: '--created-before',
  createdAfter: '--created-after',
  issuedBy: '--issued-by',
};

/** What else an answer means to someone who typed a command. */
const adviceOf: Readonly<Record<string, string>> = {
  already_rotated: 'To revoke the successor and make another, add --replace.',
  upstream_unavailable: 'Run the command again.',
  outcome_unknown: 'Look at the keys with list before you run the command again.',
};

/** The failure of a request that was answered: with a problem of the API, or with what a proxy in between said. */
export function apiFailure(answer: {
  readonly host: string;
  readonly status: number;
  readonly body: unknown;
  readonly organization: string;
}): CommandFailure {
  const { host, status, body, organization } = answer;
  if (!isProblem(body))
    return new CommandFailure(
      status === 403 ? exitCodes.noPermission : exitCodes.noAnswer,
      `${host} answered ${status} with no problem of the API. Is it the operators' API, and is there a proxy?`,
    );
  const { code, detail, errors = [], successorId } = body;
  const isUnknown = ({ path, message }: { path: string; message: string }) =>
    path === 'organizationId' || (path === '' && message === 'is not known here');
  if (errors.some(isUnknown))
    return new CommandFailure(
      exitCodes.unknownOrganization,
      `Scalekit does not know the organization ${organization}.`,
    );
  if (errors.length > 0) return new CommandFailure(exitCodes.refused, errors.map(sentenceOf).join('\n'));
  const successor = successorId ? ` Its successor is ${successorId}.` : '';
  const text = code === 'already_rotated' ? `The key was rotated already.${successor}` : detail;
  const advice = adviceOf[code] ? ` ${adviceOf[code]}` : '';
  return new CommandFailure(exitCodeOf(status), `${text}${advice} (${status} ${code}, ${host})`);
}

function exitCodeOf(status: number): ExitCode {
  if (status === 404) return exitCodes.notActive;
  if (status === 401 || status === 403) return exitCodes.noPermission;
  if (status === 429 || status >= 500) return exitCodes.noAnswer;
  return exitCodes.refused;
}

/** A field's error in the words of the command's options. Durations are given as `7d`, so seconds are told as that too. */
function sentenceOf({ path, message }: { readonly path: string; readonly message: string }): string {
  const [field = '', ...rest] = path.split('.');
  const option = optionOf[field] ?? field;
  const name = rest.length > 0 ? `${option} ${rest.join('.')}` : option;
  const isDuration = field === 'expiresIn' || field === 'overlapSeconds';
  const text = isDuration
    ? message.replace(/\d+/g, (seconds) => `${seconds} seconds (${inDays(Number(seconds))})`)
    : message;
  return name === '' ? `The request ${text}.` : `${name}: ${text}`;
}

function inDays(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
  ] as const;
  const [size, unit] = units.find(([size]) => seconds >= size && seconds % size === 0) ?? [1, 's'];
  return `${seconds / size}${unit}`;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
