import { readFileSync } from 'node:fs';
import { readStage } from '../settings.ts';

/**
 * The stage that a command is to work on: the one that it was given, else the environment's `STAGE`, else that of cdk.json.
 * Throws a ConfigError.
 */
export function stageOf(given: string | undefined): string {
  return readStage(given ?? process.env['STAGE'] ?? cdkContext()['stage']);
}

/** The context of cdk.json, which every CDK command has. */
export function cdkContext(): Readonly<Record<string, unknown>> {
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return context;
}
