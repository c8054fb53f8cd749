/** The exit codes of commands. Scripts and docs/incidents.md rely on these numbers, so none may change its meaning. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  unknownOrganization: 3,
  notActive: 4,
  refused: 5,
  noPermission: 6,
  noAnswer: 7,
  incomplete: 8,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit codes, for a command's help. */
export const exitCodesHelp = `
Exit codes:
  0  done
  1  an unexpected failure
  2  the command line is wrong; nothing was sent
  3  Scalekit does not know the organization
  4  a key is not active in this organization
  5  the API refused the request
  6  no AWS credentials, or a permission is missing
  7  no answer, or an unusable answer: the outcome is unknown
  8  partly done; run the command again for the rest`;

/** The failure of a command: a sentence for its user, and an exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
