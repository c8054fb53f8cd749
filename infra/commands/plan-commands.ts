import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { planPath, usagePath } from '../../shared/usage-plans.ts';
import { progress } from './confirm.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { addCommand, type CommonOptions, clientOf } from './key-command.ts';
import { recordTable, show, usageTable } from './key-output.ts';
import type { OperatorClient } from './operator-client.ts';

interface Usage {
  readonly plan: string | null;
  readonly change?: { readonly plan: string | null; readonly activeAt: string };
  readonly days: readonly { readonly date: string; readonly requests: number }[];
}

/** How long a change may take after it is promised to be done. */
const patienceMs = 120_000;

/** Adds the commands on the plan of an organization. */
export function addPlanCommands(program: Command): void {
  addCommand(program, 'set-plan', 'give an organization a plan of the setting plans, and wait until its keys have it')
    .argument('<plan>', 'the name of the plan, or none')
    .option('--no-wait', 'do not wait')
    .action(async (name: string, { wait, ...common }: CommonOptions & { readonly wait: boolean }) => {
      const client = await clientOf(common);
      const plan = name === 'none' ? null : name;
      const set = (await sendOnPlans(client, planPath, 'PUT', { plan })) as { readonly activeAt: string };
      if (wait) await untilActive(client, plan, set.activeAt);
      show(set, common, () => recordTable(set));
    });

  addCommand(program, 'usage', 'show the plan of an organization, and its requests by day')
    .option('--from <day>', 'like 2030-01-01; the first day of this month by default')
    .option('--to <day>', 'like 2030-01-31; today by default')
    .action(async ({ from, to, ...common }: CommonOptions & { readonly from?: string; readonly to?: string }) => {
      const client = await clientOf(common);
      const query = new URLSearchParams({ ...(from ? { from } : {}), ...(to ? { to } : {}) }).toString();
      const usage = (await sendOnPlans(client, `${usagePath}${query && `?${query}`}`, 'GET')) as Usage;
      show(usage, common, () => usageTable(usage.plan, usage.change, usage.days));
    });
}

/** Without the setting, the API has no such routes: it answers 403. */
function sendOnPlans(client: OperatorClient, path: string, method: string, body?: unknown): Promise<unknown> {
  return client.sendOn(path, method, body).catch((error: unknown) => {
    if (!(error instanceof CommandFailure) || error.exitCode !== exitCodes.noPermission) throw error;
    const message = `${error.message} Has the deployment the setting plans? Without it there are no such routes.`;
    throw new CommandFailure(error.exitCode, message, { cause: error });
  });
}

/** Waits until the keys of an organization have a plan. */
async function untilActive(client: OperatorClient, plan: string | null, activeAt: string): Promise<void> {
  const shown = progress();
  const until = Date.parse(activeAt) + patienceMs;
  for (;;) {
    const now = (await client.sendOn(usagePath, 'GET')) as Usage;
    if (!now.change && now.plan === plan) break;
    if (now.change && now.change.plan !== plan)
      throw new CommandFailure(exitCodes.refused, `Another change came first: the plan will be ${now.change.plan}.`);
    if (Date.now() >= until)
      throw new CommandFailure(
        exitCodes.incomplete,
        'The plan is not active yet. Run the command again, and find the cause in the log of the function ApplyPlan.',
      );
    shown.show(`waits until ${activeAt}`);
    await delay(1_000);
  }
  shown.end();
}
