import cdkJson from '../../cdk.json' with { type: 'json' };
import { stackName } from '../names.ts';
import { readStage } from '../settings.ts';

/** The stage of a command: the given one, else the environment's `STAGE`, else the stage in cdk.json. Throws a ConfigError. */
export function stageOf(given: string | undefined): string {
  return readStage(given ?? process.env['STAGE'] ?? cdkContext()['stage']);
}

/** The stack of a command: the given one, else that of the stage. */
export function stackNameOf({
  stack,
  stage,
}: {
  readonly stack?: string | undefined;
  readonly stage?: string | undefined;
}): string {
  return stack ?? stackName(stageOf(stage));
}

/** The context of cdk.json, which every CDK command gets. */
export function cdkContext(): Readonly<Record<string, unknown>> {
  return cdkJson.context;
}
