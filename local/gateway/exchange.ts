import type { Identity } from '../iam/iam.ts';
import type { RestApi } from '../template/model.ts';
import type { ContextVariables } from './context.ts';
import type { GatewayRequest } from './request.ts';
import type { RouteMatch } from './router.ts';

/** A request that came in, before routing. */
export interface Arrival {
  readonly api: RestApi;
  readonly request: GatewayRequest;
  readonly context: ContextVariables;
}

/** A request on its route. */
export interface Exchange extends Arrival {
  readonly body: Buffer;
  readonly match: RouteMatch;
}

/** Who calls: the context that an authorizer returned, or who signed the request; neither for an open method. */
export interface GatewayCaller {
  readonly authorizer?: Readonly<Record<string, unknown>>;
  readonly identity?: Identity;
}

/** A request that may reach its integration. */
export interface AuthorizedExchange extends Exchange {
  readonly caller: GatewayCaller;
}
