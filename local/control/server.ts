import { z } from 'zod';
import { CallFaultSchema } from '../aws/call-fault.ts';
import type { AwsServices } from '../aws/start.ts';
import { type JsonAnswer, type JsonServer, parseJson, serveJson } from '../http/http-json.ts';
import type { Iam } from '../iam/iam.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import type { ConnectionEnd } from '../scalekit/dual-protocol-server.ts';
import { FaultSchema } from '../scalekit/faults.ts';
import type { EmbeddedScalekit } from '../scalekit/server.ts';
import type { ServedModel } from '../template/model.ts';

/** How many of the next flushes of the authorizer cache fail. */
const FlushFault = z.strictObject({ times: z.int().min(0) });

/** A user with a managed policy of the template, which an output names. */
const NewUser = z.strictObject({
  name: z.string().regex(/^[\w+=,.@-]{1,64}$/),
  policyOutput: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
});

interface Controlled extends Omit<AwsServices, 'endpointUrl'> {
  readonly lambda: LambdaService;
  readonly iam: Iam;
  readonly model: ServedModel;
  /** `undefined` when the runtime uses a Scalekit of the user's. */
  readonly scalekit: EmbeddedScalekit | undefined;
}

/**
 * Serves the control URL, by which tests look at the runtime and make the embedded Scalekit fail:
 * `GET /` · `GET /events` · `GET /scalekit/mutations` · `PUT /scalekit/fault` · `DELETE /scalekit/fault` · `DELETE /scalekit/calls` · `POST /scalekit/client-secret` ·
 * `DELETE /scalekit/connections?how=fin|rst|goaway` · `PUT /apigateway/fault` · `PUT /scheduler/fault` · `PUT /events/fault` · `POST /iam/users`.
 */
export function serveControl(controlled: Controlled): Promise<JsonServer> {
  return serveJson(async (request, body) => answer(`${request.method} ${request.url}`, parseJson(body), controlled));
}

function answer(call: string, body: unknown, controlled: Controlled): JsonAnswer {
  const { lambda, parameters, apiGateway, scheduler, queues, eventBridge, iam, scalekit } = controlled;
  if (call === 'GET /') {
    const seen = scalekit && { calls: scalekit.monitor.calls, fault: scalekit.monitor.fault ?? null };
    return {
      status: 200,
      body: {
        scalekit: seen ?? null,
        functions: lambda.metrics(),
        ssm: { reads: parameters.reads },
        apiGateway: { flushes: apiGateway.flushes },
        iam: { denied: iam.denied },
        schedules: scheduler.schedules,
        deadLetters: queues.messages,
      },
    };
  }
  if (call === 'GET /events') return { status: 200, body: eventBridge.events };
  if (call === 'PUT /scheduler/fault' || call === 'PUT /events/fault') {
    const fault = CallFaultSchema.safeParse(body);
    if (!fault.success) return { status: 400, body: { message: fault.error.message } };
    (call.includes('events') ? eventBridge : scheduler).faults.set(fault.data);
    return { status: 204, body: undefined };
  }
  if (call === 'POST /iam/users') return createUser(body, controlled);
  if (call === 'PUT /apigateway/fault') {
    const fault = FlushFault.safeParse(body);
    if (!fault.success) return { status: 400, body: { message: fault.error.message } };
    apiGateway.failFlushes(fault.data.times);
    return { status: 204, body: undefined };
  }
  if (!scalekit) return { status: 404, body: { message: 'There is no embedded Scalekit here, nor such a call.' } };
  switch (call) {
    case 'PUT /scalekit/fault': {
      const fault = FaultSchema.safeParse(body);
      if (!fault.success) return { status: 400, body: { message: fault.error.message } };
      scalekit.monitor.setFault(fault.data);
      return { status: 204, body: undefined };
    }
    case 'GET /scalekit/mutations':
      return { status: 200, body: scalekit.mutations };
    case 'DELETE /scalekit/fault':
      scalekit.monitor.setFault(undefined);
      return { status: 204, body: undefined };
    case 'DELETE /scalekit/calls':
      scalekit.monitor.resetCalls();
      return { status: 204, body: undefined };
    case 'DELETE /scalekit/connections?how=fin':
    case 'DELETE /scalekit/connections?how=rst':
    case 'DELETE /scalekit/connections?how=goaway':
      scalekit.endConnections(call.split('=')[1] as ConnectionEnd);
      return { status: 204, body: undefined };
    case 'POST /scalekit/client-secret':
      return { status: 200, body: scalekit.rotateClientSecret() };
    default:
      return { status: 404, body: { message: `${call} is not a call of the control URL.` } };
  }
}

function createUser(body: unknown, { iam, model }: Controlled): JsonAnswer {
  const user = NewUser.safeParse(body);
  if (!user.success) return { status: 400, body: { message: user.error.message } };
  const { name, policyOutput, tags } = user.data;
  const arn = model.stacks.map(({ outputs }) => outputs[policyOutput]).find((value) => value !== undefined);
  const policy = model.managedPolicies.find((candidate) => candidate.arn === arn);
  if (!policy) return { status: 400, body: { message: `no output ${policyOutput} names a managed policy` } };
  return { status: 200, body: iam.createUser(name, [policy], tags).credentials };
}
