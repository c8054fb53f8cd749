import { CommandFailure, type ExitCode, exitCodes } from './exit-codes.ts';

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly successorId?: string;
}

/** The option of a command for each field of a request. */
const optionOf: Readonly<Record<string, string>> = {
  userId: '--user',
  description: '--description',
  scope: '--scope',
  customClaims: '--claim',
  expiresIn: '--expires-in',
  expiresAt: '--expires-in',
  all: '--all',
  overlapSeconds: '--overlap',
  createdBefore: '--created-before',
  createdAfter: '--created-after',
  issuedBy: '--issued-by',
};

/** Advice to the user of a command, by code. */
const adviceOf: Readonly<Record<string, string>> = {
  already_rotated:
    'To revoke the successor and create another, add --replace, and --overlap again: without it the old key ends now.',
  upstream_unavailable: 'Run the command again.',
  outcome_unknown: 'Check the keys with list before you run the command again.',
};

/** The failure of a request that got an error response, from the API or from a proxy in between. */
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
      `${host} answered ${status} with a body that the API does not send. Check that it is the operators' API, and that no proxy is in between.`,
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
  const text = code === 'already_rotated' ? `The key was already rotated.${successor}` : detail;
  const advice = adviceOf[code] ? ` ${adviceOf[code]}` : '';
  return new CommandFailure(exitCodeOf(status), `${text}${advice} (${status} ${code}, ${host})`);
}

function exitCodeOf(status: number): ExitCode {
  if (status === 404) return exitCodes.notActive;
  if (status === 401 || status === 403) return exitCodes.noPermission;
  if (status === 429 || status >= 500) return exitCodes.noAnswer;
  return exitCodes.refused;
}

/** A field's error, with the name of the command's option. Users type durations as `7d`, so seconds are also shown like that. */
function sentenceOf({ path, message }: { readonly path: string; readonly message: string }): string {
  const [field = '', ...rest] = path.split('.');
  const option = optionOf[field] ?? field;
  const name = rest.length > 0 ? `${option} ${rest.join('.')}` : option;
  const isDuration = field === 'expiresIn' || field === 'overlapSeconds';
  const text = isDuration
    ? message.replace(
        /(\d+)( seconds)?( \([^)]*\))?/g,
        (_, seconds) => `${seconds} seconds (${inDays(Number(seconds))})`,
      )
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
