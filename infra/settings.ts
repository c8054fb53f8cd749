import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Config,
  ConfigError,
  type GivenSetting,
  requireDomain,
  settingNames,
  similarSetting,
  toConfig,
} from './config.ts';

const settingsFolder = fileURLToPath(new URL('../settings/', import.meta.url));

/**
 * The settings of the project's own app: `settings/STAGE.json`, overridden by CDK context (`-c name=value`, or cdk.json). The
 * context names the stage. Throws a {@link ConfigError} that names the file or the context value.
 */
export function readSettings(context: Readonly<Record<string, unknown>>, folder = settingsFolder): Config {
  const stage = readStage(context['stage']);
  const settings = new Map<string, GivenSetting>();
  for (const [name, value] of Object.entries(fileOf(stage, folder)))
    settings.set(name, { value, named: `settings/${stage}.json: ${name}` });
  for (const [name, value] of Object.entries(context)) {
    if (isSetting(name)) settings.set(name, { value, named: `context value ${name}` });
  }
  const config = toConfig(settings);
  requireDomain(config, `Settings of ${stage}:`);
  return config;
}

/** The stage in a context, or `dev`; throws a {@link ConfigError}. */
export function readStage(stage: unknown): string {
  return toConfig(new Map([['stage', { value: stage, named: 'context value stage' }]])).stage;
}

/** Whether a stage has a settings file. */
export function hasSettings(stage: string): boolean {
  return existsSync(`${settingsFolder}${stage}.json`);
}

function fileOf(stage: string, folder: string): object {
  const file = `${folder}${stage}.json`;
  if (!existsSync(file)) return {};
  const settings = parse(readFileSync(file, 'utf8'), `settings/${stage}.json`);
  if ('stage' in settings) throw new ConfigError(`settings/${stage}.json: remove stage: the file name sets it`);
  return settings;
}

function parse(text: string, named: string): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${named} is not JSON: ${(error as Error).message}`);
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new ConfigError(`${named} is not a JSON object: write it like {"waf": true}`);
}

/** Context also has values of other tools, so only a name that resembles a setting counts. */
function isSetting(name: string): boolean {
  if ((settingNames as readonly string[]).includes(name)) return true;
  if (name.includes(':')) return false;
  return similarSetting(name) !== undefined;
}
