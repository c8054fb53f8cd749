import { readFileSync } from 'node:fs';
import { readConfig } from '../config.ts';

/** The stage that a command is to work on: the one it was given, else that of cdk.json. Throws a ConfigError. */
export function stageOf(given: string | undefined): string {
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return readConfig({ tryGetContext: (name) => (name === 'stage' && given ? given : context[name]) }).stage;
}
