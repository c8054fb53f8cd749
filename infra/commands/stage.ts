import { readFileSync } from 'node:fs';
import { readStage } from '../settings.ts';

/** The stage of a command: the given one, else the environment's `STAGE`, else the stage in cdk.json. Throws a ConfigError. */
export function stageOf(given: string | undefined): string {
  return readStage(given ?? process.env['STAGE'] ?? cdkContext()['stage']);
}

/** The context of cdk.json, which every CDK command gets. */
export function cdkContext(): Readonly<Record<string, unknown>> {
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return context;
}
