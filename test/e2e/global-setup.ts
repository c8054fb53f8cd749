import type { TestProject } from 'vitest/node';
import { type Config, completeConfig } from '../../infra/config.ts';
import { startRuntimeProcess } from '../support/runtime-process.ts';

/** The deployment that the suite runs against. */
export interface Target {
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly adminKey: string;
  readonly organizationId: string;
  readonly otherOrganizationId: string;
  readonly userId: string;
  /** `null` if it is unknown: tests that need it are skipped. */
  readonly webhookSecret: string | null;
  readonly scalekit: { readonly environmentUrl: string; readonly clientId: string; readonly clientSecret: string };
  /** The deployment's output `Settings`. */
  readonly settings: Pick<Config, 'corsAllowOrigin' | 'docsUrl'>;
  /** `null` for a real deployment: tests that need it are skipped. */
  readonly controlUrl: string | null;
  readonly controlToken: string | null;
}

declare module 'vitest' {
  interface ProvidedContext {
    targets: readonly Target[];
  }
}

/**
 * With `API_URL` set, the suite runs against that deployment, otherwise against a local runtime for each worker, as one
 * file's faults and events are not another's. `SETTINGS_CONTEXT` (`waf=true tracing=true`) gives the runtimes settings.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env['API_URL']) {
    project.provide('targets', [targetFromEnvironment()]);
    return async () => {};
  }
  const context = process.env['SETTINGS_CONTEXT']?.split(' ') ?? [];
  const workers = Array.from({ length: Number(project.config.maxWorkers) });
  const runtimes = await Promise.all(workers.map(() => startRuntimeProcess({ context })));
  project.provide(
    'targets',
    runtimes.map(({ outputs }) => ({
      ...outputs,
      settings: JSON.parse(outputs.stacks['ApiKeys-dev']?.['Settings'] ?? '{}') as Config,
    })),
  );
  return async () => void (await Promise.all(runtimes.map((runtime) => runtime.stop())));
}

const defaults = completeConfig({});

function targetFromEnvironment(): Target {
  return {
    apiUrl: variable('API_URL').replace(/\/$/, ''),
    adminKey: variable('ADMIN_KEY'),
    organizationId: variable('ORGANIZATION_ID'),
    otherOrganizationId: variable('OTHER_ORGANIZATION_ID'),
    userId: variable('USER_ID'),
    scalekit: {
      environmentUrl: variable('SCALEKIT_ENVIRONMENT_URL'),
      clientId: variable('SCALEKIT_CLIENT_ID'),
      clientSecret: variable('SCALEKIT_CLIENT_SECRET'),
    },
    settings: { ...defaults, ...(JSON.parse(process.env['SETTINGS'] || '{}') as Partial<Config>) },
    webhookSecret: process.env['SCALEKIT_WEBHOOK_SECRET'] ?? null,
    controlUrl: process.env['CONTROL_URL'] ?? null,
    controlToken: process.env['CONTROL_TOKEN'] ?? null,
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`With API_URL set, ${name} must be set too; outputs.json of npm start shows what they are.`);
  return value;
}
