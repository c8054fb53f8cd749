/**
 * aws/ answers the AWS APIs that functions and tools call: one stand-in per service, all on one endpoint. The entry point is
 * `startStandIns`. Before a call is carried out, its signature is verified and IAM must allow it.
 *
 * A new stand-in is a file that exports a `StandIn`, and a line in the table below.
 */
import type { JsonServer } from '../http/http-json.ts';
import type { ServedResources } from '../template/served-properties.ts';
import { cloudFormation } from './cloudformation.ts';
import { dynamoDb } from './dynamodb.ts';
import { eventBridge } from './event-bus.ts';
import { queues } from './queues.ts';
import { scheduler } from './scheduler.ts';
import { serveAws } from './server.ts';
import { parameterStore } from './ssm.ts';
import type { AwsService, Deployment, StandIn } from './stand-in.ts';
import { usagePlans } from './usage-plans.ts';

/** The stand-ins by the service name that a request is signed for. */
const standIns = {
  apigateway: usagePlans,
  cloudformation: cloudFormation,
  dynamodb: dynamoDb,
  events: eventBridge,
  scheduler,
  sqs: queues,
  ssm: parameterStore,
} satisfies Record<string, StandIn>;

/** The running stand-ins. */
export type AwsServices = {
  readonly [Name in keyof typeof standIns]: Awaited<ReturnType<(typeof standIns)[Name]['start']>>;
};

/** The resources of a template that a stand-in serves, or that are safe to ignore. */
export const servedByStandIns: ServedResources = Object.assign(
  {},
  ...Object.values<StandIn>(standIns).map(({ resources }) => resources),
);

/** Starts the AWS stand-ins for a deployment, and serves them; `cleanUp` stops them. */
export async function startStandIns(
  deployment: Deployment,
  cleanUp: AsyncDisposableStack,
): Promise<{ readonly server: JsonServer; readonly services: AwsServices }> {
  const services: Record<string, AwsService | undefined> = {};
  for (const [name, standIn] of Object.entries<StandIn>(standIns)) {
    const service = await standIn.start(deployment);
    cleanUp.defer(() => service?.close?.());
    services[name] = service;
  }
  const server = await serveAws(deployment.iam, services);
  cleanUp.defer(server.close);
  return { server, services: services as unknown as AwsServices };
}
