import { type Command, Option } from 'commander';
import { outputNames } from '../../shared/deployment.ts';
import { confirm, progress } from './confirm.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { addCommand, announced, type CommonOptions, clientOf } from './key-command.ts';
import { givenKeyIds } from './key-ids.ts';
import { keyTable, show } from './key-output.ts';
import { claim, days, keyId, time } from './option-values.ts';
import { redrive } from './redrive.ts';
import { noKeys, type Revocation, revokeKeys, sentencesOf } from './revoke.ts';
import { countAll, revokeUntilNone } from './revoke-all.ts';
import { unused } from './unused.ts';

interface BulkOptions extends CommonOptions {
  readonly user?: string;
  readonly claim?: Record<string, string>;
  readonly createdBefore?: string;
  readonly createdAfter?: string;
  readonly issuedBy?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface UnusedOptions extends CommonOptions {
  readonly days: number;
  readonly revoke?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the commands that end access. */
export function addEndingCommands(program: Command): void {
  addRevoke(program);
  addRedrive(program);

  addCommand(program, 'revoke-all', 'revoke all keys that fit; goes on until none is found')
    .option('--user <id>', 'those of a user')
    .option('--claim <name=value>', 'those with a claim; may be repeated', claim)
    .option('--created-before <time>', 'those created before, like 2030-01-31T12:00:00Z, 2030-01-31 or 2h', time)
    .option('--created-after <time>', 'those created after', time)
    .option('--issued-by <keyId>', 'what a key made, and what those made', keyId)
    .option('--all', 'every key of the organization')
    .option('--dry-run', 'only count')
    .option('--yes', 'do not ask for a confirmation')
    .action(async ({ user: userId, claim: customClaims, ...options }: BulkOptions) => {
      const { createdBefore, createdAfter, issuedBy, all, dryRun, yes, ...common } = options;
      const body = { userId, customClaims, createdBefore, createdAfter, issuedBy, all, dryRun };
      if (![userId, customClaims, createdBefore, createdAfter, issuedBy, all].some((filter) => filter !== undefined))
        throw new CommandFailure(exitCodes.usage, 'Say which keys: give a filter, or --all for every key.');
      const client = dryRun ? await clientOf(common) : await announced(common);
      const { organization } = client;
      if (dryRun || !yes) {
        const counted = await countAll(client, { ...body, dryRun: true }, all ?? false);
        if (dryRun) return show(counted, common, () => `${counted.matched} keys of ${organization} fit.`);
        await confirm(organization, `This revokes ${counted.matched} keys of ${organization}.`);
      }
      const shown = progress();
      const answer = await revokeUntilNone(client, body, (revoked) => shown.show(`${revoked} keys are revoked`));
      shown.end();
      show(answer, common, () => `Revoked ${answer.revoked} of ${answer.matched} keys of ${organization}.`);
      if (answer.matched === 0 && all) console.error(noKeys(organization));
      if (answer.matched > answer.revoked)
        throw new CommandFailure(exitCodes.incomplete, 'Keys are left: run the command again.');
    });

  addCommand(program, 'unused', 'show the keys that were not used for some days, or revoke them')
    .requiredOption('--days <number>', 'how long they were not used', days)
    .option('--revoke', 'revoke them')
    .option('--yes', 'do not ask for a confirmation')
    .option('--dry-run', 'only show what would be revoked')
    .action(async ({ days, revoke, yes, dryRun, ...common }: UnusedOptions) => {
      await unused(await clientOf(common), { days, revoke, yes, dryRun }, (answer) =>
        show(answer, common, () => `${keyTable(answer.unused)}\n\nRevoked ${answer.revoked}.`),
      );
    });

  addCommand(program, 'forget', 'end what is cached of keys that were ended in Scalekit’s dashboard')
    .argument('[keyIds...]', 'the keys; without any, or with -, they come from standard input')
    .action(async (args: string[], common: CommonOptions) => {
      const keyIds = await givenKeyIds(args);
      const { send } = await clientOf(common);
      for (const keyId of keyIds) await send('POST', `/${keyId}/forget`);
      show({ forgotten: keyIds }, common, () => `Forgotten: ${keyIds.join(' ')}`);
    });
}

function addRevoke(program: Command): void {
  addCommand(program, 'revoke', 'revoke keys; their next requests are refused')
    .argument('[keyIds...]', 'the keys; without any, or with -, they come from standard input')
    .option(
      '--direct',
      'through no API: with your own right to the table, the secrets and the audit bus of the deployment',
    )
    .action(async (args: string[], { direct, ...common }: CommonOptions & { readonly direct?: boolean }) => {
      const keyIds = await givenKeyIds(args);
      if (direct) {
        const { revokeDirectlyAll } = await import('./direct.ts'); // with the AWS SDK and the functions' code
        return report(
          await revokeDirectlyAll({ ...common, local: common.local ? common.data : undefined }, keyIds),
          common,
        );
      }
      const client = await announced(common);
      const shown = progress();
      const revocation = await revokeKeys(client, keyIds, (done) => shown.show(`${done} of ${keyIds.length} keys`));
      shown.end();
      report(revocation, common);
    });
}

/** Of the whole deployment, so that no organization is named. */
function addRedrive(program: Command): void {
  program
    .command('redrive')
    .description('hand dead letters to the work queue again: revocations that failed for hours')
    .exitOverride()
    .addOption(new Option('--stage <name>', 'the deployment; by default that of cdk.json').env('STAGE'))
    .option('--local', 'a local runtime instead')
    .option('--data <folder>', 'the data folder of the local runtime', '.local')
    .option('--json', 'print JSON, also on a terminal')
    .action(async ({ local, data, stage, json }: Omit<CommonOptions, 'organization'>) => {
      const { outputsOf } = await import('./direct.ts');
      const outputs = await outputsOf({ local: local ? data : undefined, stage });
      const { deadLetters, workQueue } = outputNames;
      const [deadLetterUrl, workUrl] = [outputs[deadLetters], outputs[workQueue]];
      if (!deadLetterUrl || !workUrl)
        throw new CommandFailure(
          exitCodes.usage,
          `The stack has no outputs ${deadLetters} and ${workQueue}. Deploy it.`,
        );
      const region = process.env['AWS_REGION'] ?? /\bsqs\.([a-z0-9-]+)\./.exec(workUrl)?.[1] ?? '';
      const done = await redrive({ region, deadLetterUrl, workUrl });
      show(
        done,
        json ? { json } : {},
        () => `Handed over ${done.redriven} dead letters, and left ${done.left} that are no work.`,
      );
    });
}

/** Prints what a revocation by ids did; throws where a key was not revoked. */
function report(revocation: Revocation, common: CommonOptions): void {
  const { done, notDone } = sentencesOf(revocation, common.organization);
  const { revoked, notActive, failed } = revocation;
  show({ revoked, notActive, failed }, common, () => done.join('\n'));
  if (notDone.length > 0) throw new CommandFailure(revocation.exitCode, notDone.join('\n'));
}
