import { CommandFailure, exitCodes } from './exit-codes.ts';

const signIn = 'Sign in, for example with "aws sso login", or set AWS_PROFILE.';

/** The failure of an AWS call, as a sentence with the next step. `task` is the purpose of the call. */
export function awsFailure(error: unknown, task: string): CommandFailure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const fail = (exitCode: CommandFailure['exitCode'], text: string) =>
    new CommandFailure(exitCode, text, { cause: error });
  if (message.includes('Region is missing'))
    return fail(
      exitCodes.noPermission,
      `Cannot ${task}: no AWS region is set. Set AWS_REGION, or a region in the profile.`,
    );
  if (name === 'CredentialsProviderError' || /credential/i.test(name))
    return fail(exitCodes.noPermission, `Cannot ${task}: there are no AWS credentials (${message}). ${signIn}`);
  if (/^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidSignature)/.test(name))
    return fail(exitCodes.noPermission, `Cannot ${task}: AWS does not accept the credentials (${name}). ${signIn}`);
  if (/AccessDenied|NotAuthorized/.test(name))
    return fail(exitCodes.noPermission, `Cannot ${task}: a permission is missing. AWS says: ${message}`);
  const cause = connectionCause(error);
  if (cause) return fail(exitCodes.noAnswer, `Cannot ${task}: ${cause}.`);
  return fail(exitCodes.unexpected, `Cannot ${task}: ${message}`);
}

/** Why there was no connection or no answer, with the host if it is known; `undefined` for other failures. */
export function connectionCause(error: unknown): string | undefined {
  for (
    let at = error;
    at instanceof Error;
    at = at.cause ?? (at instanceof AggregateError ? at.errors[0] : undefined)
  ) {
    const { code, hostname, address, port } = at as NodeJS.ErrnoException &
      Record<'hostname' | 'address', string> & { port?: number };
    const host = hostname ?? (address && `${address}:${port}`);
    if (at.name === 'TimeoutError') return 'there was no answer in time';
    if (at.message === 'bad port') return 'HTTP may not use this port';
    if (code && /^(E[A-Z]+|UND_ERR_\w+|CERT_\w+|\w*_CERT\w*)$/.test(code))
      return host ? `${host} failed with ${code}` : `the connection failed with ${code}`;
  }
  return undefined;
}
