/**
 * control/ serves the control URL. Tests and benchmarks use it to observe the runtime and to make parts of it fail. The entry
 * point is `serveControl`. Each part of the runtime adds its own table of calls. Any other call is a 404 that lists all calls.
 */
import { z } from 'zod';
import type { AwsService } from '../aws/stand-in.ts';
import type { AwsServices } from '../aws/stand-ins.ts';
import type { JsonServer } from '../http/http-json.ts';
import { bareCall, type JsonCalls, jsonCall, serveCalls } from '../http/json-calls.ts';
import type { Iam } from '../iam/iam.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import { FaultSchema } from '../scalekit/faults.ts';
import type { EmbeddedScalekit } from '../scalekit/server.ts';
import { SignInSchema } from '../scalekit/sessions.ts';
import type { ServedModel } from '../template/model.ts';

interface Controlled {
  readonly services: AwsServices;
  readonly lambda: LambdaService;
  readonly iam: Iam;
  readonly model: ServedModel;
  /** `undefined` when the runtime uses the user's own Scalekit. */
  readonly scalekit: EmbeddedScalekit | undefined;
  /** The clients' Bearer token. Other users of the machine can reach the port, but cannot read outputs.json. */
  readonly token: string;
}

/** Serves the control URL. */
export function serveControl(controlled: Controlled): Promise<JsonServer> {
  const { services, scalekit } = controlled;
  const running = Object.values<AwsService | undefined>(services).filter((service) => service !== undefined);
  const calls = {
    'GET /': bareCall(() => overview(controlled, running)),
    ...Object.assign({}, ...running.map(({ controls }) => controls)),
    ...iamCalls(controlled),
    ...(scalekit ? scalekitCalls(scalekit) : {}),
  };
  return serveCalls(calls, controlled.token);
}

function overview({ lambda, iam, scalekit }: Controlled, running: readonly AwsService[]): unknown {
  return {
    scalekit: scalekit ? { calls: scalekit.monitor.calls, fault: scalekit.monitor.fault ?? null } : null,
    functions: lambda.metrics(),
    iam: { denied: iam.denied },
    ...Object.assign({}, ...running.map(({ status }) => status)),
  };
}

function iamCalls({ iam, model }: Controlled): JsonCalls {
  const NewUser = z.strictObject({
    name: z.string().regex(/^[\w+=,.@-]{1,64}$/),
    /** The output that names a managed policy of the template. */
    policyOutput: z.string().transform((output, issue) => {
      const arns = model.outputs.map(({ outputs }) => outputs[output]);
      const policy = model.managedPolicies.find(({ arn }) => arns.includes(arn));
      if (policy) return policy;
      issue.addIssue({ code: 'custom', message: `no output ${output} names a managed policy` });
      return z.NEVER;
    }),
    tags: z.record(z.string(), z.string()).default({}),
  });
  return {
    'POST /iam/users': jsonCall(NewUser, ({ name, policyOutput: policy, tags }) => {
      return iam.createUser(name, [policy], tags).credentials;
    }),
  };
}

function scalekitCalls(scalekit: EmbeddedScalekit): JsonCalls {
  const { monitor } = scalekit;
  return {
    'PUT /scalekit/fault': jsonCall(FaultSchema, (fault) => monitor.setFault(fault)),
    'DELETE /scalekit/fault': bareCall(() => monitor.setFault(undefined)),
    'DELETE /scalekit/calls': bareCall(() => monitor.resetCalls()),
    'GET /scalekit/mutations': bareCall(() => scalekit.mutations),
    'DELETE /scalekit/connections?how=fin': bareCall(() => scalekit.endConnections('fin')),
    'DELETE /scalekit/connections?how=rst': bareCall(() => scalekit.endConnections('rst')),
    'DELETE /scalekit/connections?how=goaway': bareCall(() => scalekit.endConnections('goaway')),
    'POST /scalekit/sessions': jsonCall(SignInSchema, (wanted) => scalekit.signIn(wanted)),
    'POST /scalekit/signing-key': bareCall(() => scalekit.signer.rotate()),
    'POST /scalekit/client-secret': bareCall(() => scalekit.rotateClientSecret()),
  };
}
