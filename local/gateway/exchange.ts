import type { Identity } from '../iam/iam.ts';
import type { RestApi } from '../template/model.ts';
import type { ContextVariables } from './context.ts';
import type { GatewayRequest } from './request.ts';
import type { RouteMatch } from './router.ts';

/** An incoming request, before routing. */
export interface Arrival {
  readonly api: RestApi;
  readonly request: GatewayRequest;
  readonly context: ContextVariables;
}

/** A request with its route. */
export interface Exchange extends Arrival {
  readonly body: Buffer;
  readonly match: RouteMatch;
}

/** The caller: an authorizer's context, or the identity that signed the request. An open method has neither. */
export interface GatewayCaller {
  readonly authorizer?: Readonly<Record<string, unknown>>;
  readonly identity?: Identity;
  /** The API key by which the authorizer lets the request count. */
  readonly usageIdentifierKey?: string | undefined;
}

/** A request that is allowed to reach its integration. */
export interface AuthorizedExchange extends Exchange {
  readonly caller: GatewayCaller;
}
