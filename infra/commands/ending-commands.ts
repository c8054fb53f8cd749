import { type Command, Option } from 'commander';
import { outputNames } from '../../shared/deployment.ts';
import { confirm, progress } from './confirm.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { addCommand, announced, type CommonOptions, clientOf } from './key-command.ts';
import { givenKeyIds } from './key-ids.ts';
import { keyTable, show } from './key-output.ts';
import { claim, days, issuerId, time } from './option-values.ts';
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

  addCommand(program, 'revoke-all', 'revoke all keys that match; repeats until it finds none')
    .option('--user <id>', 'the keys of a user')
    .option('--claim <name=value>', 'the keys with a claim; may be repeated', claim)
    .option(
      '--created-before <time>',
      'the keys created before a time, like 2030-01-31T12:00:00Z, 2030-01-31 or 2h',
      time,
    )
    .option('--created-after <time>', 'the keys created after a time', time)
    .option(
      '--issued-by <id>',
      'the keys that a key, a link, a user or a client made, and the keys that those made',
      issuerId,
    )
    .option('--all', 'every key of the organization')
    .option('--dry-run', 'only count')
    .option('--yes', 'do not ask for confirmation')
    .action(async ({ user: userId, claim: customClaims, ...options }: BulkOptions) => {
      const { createdBefore, createdAfter, issuedBy, all, dryRun, yes, ...common } = options;
      const body = { userId, customClaims, createdBefore, createdAfter, issuedBy, all, dryRun };
      if (![userId, customClaims, createdBefore, createdAfter, issuedBy, all].some((filter) => filter !== undefined))
        throw new CommandFailure(exitCodes.usage, 'No keys are selected: give a filter, or --all for every key.');
      const client = dryRun ? await clientOf(common) : await announced(common);
      const { organization } = client;
      if (dryRun || !yes) {
        const counted = await countAll(client, { ...body, dryRun: true }, all ?? false);
        if (dryRun) return show(counted, common, () => `${counted.matched} keys of ${organization} match.`);
        await confirm(organization, `This revokes ${counted.matched} keys of ${organization}.`);
      }
      const shown = progress();
      const answer = await revokeUntilNone(client, body, (revoked) => shown.show(`${revoked} keys are revoked`));
      shown.end();
      show(answer, common, () => `Revoked ${answer.revoked} of ${answer.matched} keys of ${organization}.`);
      if (answer.matched === 0 && all) console.error(noKeys(organization));
      if (answer.matched > answer.revoked)
        throw new CommandFailure(exitCodes.incomplete, 'Some keys are left: run the command again.');
    });

  addCommand(program, 'unused', 'show or revoke the keys that were not used for some days')
    .requiredOption('--days <number>', 'how many days without a use', days)
    .option('--revoke', 'revoke them')
    .option('--yes', 'do not ask for confirmation')
    .option('--dry-run', 'only show what would be revoked')
    .action(async ({ days, revoke, yes, dryRun, ...common }: UnusedOptions) => {
      await unused(await clientOf(common), { days, revoke, yes, dryRun }, (answer) =>
        show(answer, common, () => `${keyTable(answer.unused, 'No unused keys.')}\n\nRevoked ${answer.revoked}.`),
      );
    });

  addCommand(program, 'forget', 'end cached decisions on keys that were revoked in Scalekit’s dashboard')
    .argument('[keyIds...]', 'the key ids; without any, or with -, they are read from standard input')
    .action(async (args: string[], common: CommonOptions) => {
      const keyIds = await givenKeyIds(args);
      const { send } = await clientOf(common);
      for (const keyId of keyIds) await send('POST', `/${keyId}/forget`);
      show({ forgotten: keyIds }, common, () => `Forgotten: ${keyIds.join(' ')}`);
    });
}

function addRevoke(program: Command): void {
  addCommand(program, 'revoke', 'revoke keys; their next requests are refused')
    .argument('[keyIds...]', 'the key ids; without any, or with -, they are read from standard input')
    .option('--direct', 'without the APIs: with your own permissions on the deployment’s table, secrets and audit bus')
    .action(async (args: string[], { direct, ...common }: CommonOptions & { readonly direct?: boolean }) => {
      const keyIds = await givenKeyIds(args);
      if (direct) {
        const { revokeDirectlyAll } = await import('./direct.ts'); // it loads the AWS SDK and the functions' code
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

/** It works on the whole deployment, so it needs no organization. */
function addRedrive(program: Command): void {
  program
    .command('redrive')
    .description('return dead letters to the work queue: revocations that failed for hours')
    .exitOverride()
    .addOption(new Option('--stage <name>', 'the deployment; by default that of cdk.json, else dev').env('STAGE'))
    .option('--stack <name>', 'the stack of your own project that has the outputs; by default ApiKeys-STAGE')
    .option('--local', 'use a local runtime instead')
    .option('--data <folder>', 'the data folder of the local runtime', '.local')
    .option('--json', 'print JSON, also on a terminal')
    .action(async ({ local, data, stage, stack, json }: Omit<CommonOptions, 'organization'>) => {
      const { outputsOf } = await import('./direct.ts');
      const outputs = await outputsOf({ local: local ? data : undefined, stage, stack });
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
        () => `Returned ${done.redriven} dead letters to the work queue, and left ${done.left} that contain no work.`,
      );
    });
}

/** Prints the outcome of a revocation by ids; throws if a key was not revoked. */
function report(revocation: Revocation, common: CommonOptions): void {
  const { done, notDone } = sentencesOf(revocation, common.organization);
  const { revoked, notActive, failed } = revocation;
  show({ revoked, notActive, failed }, common, () => done.join('\n'));
  if (notDone.length > 0) throw new CommandFailure(revocation.exitCode, notDone.join('\n'));
}
