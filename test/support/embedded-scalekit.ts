import { vi } from 'vitest';
import { ParameterStore } from '../../local/aws/ssm.ts';
import type { CallMonitor } from '../../local/scalekit/faults.ts';
import type { ScalekitClient } from '../../local/scalekit/sdk.ts';
import { startEmbeddedScalekit } from '../../local/scalekit/server.ts';
import { storeCredentials } from '../../local/stored-secrets.ts';
import { createMetrics, type Metrics } from '../../shared/metrics.ts';
import { type Scalekit, scalekitFromEnvironment } from '../../shared/scalekit/scalekit.ts';
import { sdkOf } from './client.ts';

import { awsEnvironment, serveParameters } from './parameter-server.ts';

/** Our own client of an embedded Scalekit, in this process, and the SDK's client. */
export interface TestScalekit {
  readonly scalekit: Scalekit;
  readonly sdk: ScalekitClient;
  /** Another client of ours, with its own breaker and access token. */
  newClient(metrics?: Metrics): Scalekit;
  /** Counts calls and makes them fail. */
  readonly monitor: CallMonitor;
  /** Creates an organization and returns its id. */
  newOrganization(): Promise<string>;
  /** Creates a member of the organization and returns the user's id. */
  newUser(organizationId: string): Promise<string>;
  close(): Promise<void>;
}

export async function startTestScalekit(): Promise<TestScalekit> {
  const embedded = await startEmbeddedScalekit({ databaseFile: ':memory:' });
  const parameters = new ParameterStore();
  storeCredentials(parameters, '/test', { environmentUrl: embedded.environmentUrl, ...embedded.client });
  const aws = await serveParameters(parameters);
  const environment = { ...awsEnvironment(aws), SCALEKIT_PARAMETER_PATH: '/test', SCALEKIT_DEADLINE_MS: '2500' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const sdk = sdkOf({ environmentUrl: embedded.environmentUrl, ...embedded.client });
  let users = 0;
  const newClient = (metrics = createMetrics()) => scalekitFromEnvironment(metrics);
  return {
    scalekit: newClient(),
    sdk,
    newClient,
    monitor: embedded.monitor,
    async newOrganization() {
      return (await sdk.organization.createOrganization('Acme')).organization?.id ?? '';
    },
    async newUser(organizationId) {
      const email = `user${users++}@example.com`;
      return (await sdk.user.createUserAndMembership(organizationId, { email })).user?.id ?? '';
    },
    async close() {
      vi.unstubAllEnvs();
      await embedded.close();
      await aws.close();
    },
  };
}
