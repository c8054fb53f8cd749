import { millisecondsFromEnvironment } from '../environment.ts';
import type { Metrics } from '../metrics.ts';
import type { Result } from '../result.ts';
import { type AccessToken, clientCredentialsTokens } from './access-token.ts';
import { breaker } from './breaker.ts';
import { type CallKind, type CallLimits, callPolicy } from './call-policy.ts';
import type { Secrets } from './credentials.ts';
import type { CallOptions } from './grpc.ts';
import { type GrpcService, grpcConnection } from './grpc-connection.ts';
import type { CallFailure } from './verdict.ts';

/** A class of the SDK with the calls of one service. Its types require the SDK's own connection. */
type SdkClient<C> = new (...connection: never[]) => C;

/** The SDK's calls under our policy, with one connection and one access token for all its clients. */
export interface SdkCalls {
  call<C, T>(
    client: SdkClient<C>,
    repeatable: boolean,
    operation: (client: C) => Promise<T>,
    kind?: CallKind,
  ): Promise<Result<T, CallFailure>>;
  /** The longest time that a call takes, including its retries. */
  readonly deadlineMs: number;
  /** Resolves once the secrets, an access token and the connection are available, or have failed. */
  readonly started: Promise<void>;
}

/** The limits that the function's environment names: `SCALEKIT_DEADLINE_MS`. */
export function limitsFromEnvironment(): CallLimits {
  return { deadlineMs: millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS') };
}

/** Begins at once to read the secrets, connect and fetch an access token, ahead of the first call. */
export function sdkCalls(secrets: Secrets, limits: CallLimits, metrics: Metrics): SdkCalls {
  const accessTokens = clientCredentialsTokens(secrets, limits.deadlineMs);
  const connection = grpcConnection();
  const policy = callPolicy(accessTokens, breaker(), limits, metrics, connection);

  function connected<C>(Client: SdkClient<C>, accessToken: AccessToken, deadline: number): C {
    const grpc = {
      createClient: (service: GrpcService) => connection.clientOf(service, accessToken.environmentUrl),
    };
    const executor = {
      connectExec: <I, O>(send: (input: I, options: CallOptions) => Promise<O>, input: I) =>
        send(input, {
          timeoutMs: Math.max(1, deadline - Date.now()),
          headers: { authorization: `Bearer ${accessToken.value}` },
        }),
    };
    // The SDK's types require its own classes, but it uses only these two methods (a test checks that).
    return new Client(grpc as never, executor as never);
  }

  // Both fail silently: the first call tries again and reports the failure.
  const connecting = secrets.current().then(({ environmentUrl }) => connection.ready(environmentUrl));
  return {
    deadlineMs: limits.deadlineMs,
    started: Promise.allSettled([connecting, accessTokens.fetch()]).then(() => {}),
    call: (Client, repeatable, operation, kind) =>
      policy(repeatable, (token, deadline) => operation(connected(Client, token, deadline)), kind),
  };
}
