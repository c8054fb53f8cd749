// Every function that decides on requests or manages keys: where it is reached, and what it may do. Routes, permissions and
// what is watched come from this table alone.

import type { Config } from './config.ts';

/** What a function may do, beside writing its own log. */
export type Permission =
  /** Call Scalekit: read the SecureStrings with its credentials. */
  | 'scalekit'
  /** Check webhooks: read the SecureString that they are signed with. */
  | 'webhookSecret'
  /** Put events on the audit bus. */
  | 'record'
  /** Read and keep decisions in the table of the decision cache. */
  | 'decide'
  /** Mark keys in that table whose decisions are over. */
  | 'mark'
  /** Find the id of a plain key in that table. */
  | 'findId'
  /** Read in that table when keys were last used. */
  | 'readUses'
  /** Make, move and take back schedules that end overlaps. */
  | 'schedule'
  /** Put work that is left on the work queue. */
  | 'putWork'
  /** Take work from that queue. */
  | 'takeWork';

/** A method and a path. */
export type Route = `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`;

/** How many requests a method takes, of all clients together. */
export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface KeyFunction {
  /** The folder under functions/. */
  readonly entry: string;
  /** On the customers' API behind a key, and on the operators' API behind AWS IAM. */
  readonly route?: Route;
  /** On the operators' API alone. */
  readonly operatorRoute?: Route;
  /** On the customers' API, for anybody. */
  readonly open?: Throttle & { readonly route: Route };
  /** What does little needs little. @default 1024 */
  readonly memoryMb?: number;
  /** API Gateway waits 29 s. @default 25 */
  readonly timeoutSeconds?: number;
  /**
   * It ends access: whoever floods must not be able to stop it. Its limit is no smaller than that of data routes, and
   * `reservedConcurrencyForRevocation` is for it.
   */
  readonly endsAccess?: true;
  readonly may: readonly Permission[];
}

/** By id. Logical ids come from it: another id is another function, with a log that begins anew. */
// biome-ignore format: one line per function is a table that can be read
export const keyFunctions = {
  Authorizer: { entry: 'authorizer', timeoutSeconds: 10, may: ['scalekit', 'decide'] },

  CreateKey:  { entry: 'create-key',  route: 'POST /keys',                may: ['scalekit', 'record', 'mark'] },
  ListKeys:   { entry: 'list-keys',   route: 'GET /keys',                 may: ['scalekit', 'readUses'] },
  GetKey:     { entry: 'get-key',     route: 'GET /keys/{keyId}',         may: ['scalekit', 'readUses'] },
  UpdateKey:  { entry: 'update-key',  route: 'PATCH /keys/{keyId}',       may: ['scalekit', 'record', 'mark'] },
  RevokeKey:  { entry: 'revoke-key',  route: 'DELETE /keys/{keyId}',      may: ['scalekit', 'record', 'mark'], endsAccess: true },
  RotateKey:  { entry: 'rotate-key',  route: 'POST /keys/{keyId}/rotate', may: ['scalekit', 'record', 'mark', 'schedule'],
                timeoutSeconds: 28 }, // it looks through the keys twice
  EndOverlap: { entry: 'end-overlap', /* invoked by schedules */          may: ['scalekit', 'record', 'mark', 'putWork'], endsAccess: true },
  ResumeWork: { entry: 'resume-work', /* invoked by the work queue */     may: ['scalekit', 'record', 'mark', 'takeWork'],
                timeoutSeconds: 28 }, // as many keys as a request may
  RevokeKeys: { entry: 'revoke-keys', route: 'POST /keys/revoke',         may: ['scalekit', 'record', 'mark'], endsAccess: true },
  ForgetKey:  { entry: 'forget-key',  operatorRoute: 'POST /keys/{keyId}/forget', may: ['mark'], memoryMb: 512 },

  RevokeLeakedKey: { entry: 'revoke-leaked-key', may: ['scalekit', 'record', 'mark', 'findId'], endsAccess: true,
                     memoryMb: 512, // it sleeps
                     open: { route: 'POST /revoke', ratePerSecond: 50, burst: 100 } },
  ScalekitWebhook: { entry: 'scalekit-webhook', may: ['scalekit', 'webhookSecret', 'record', 'mark', 'putWork'], timeoutSeconds: 28,
                     open: { route: 'POST /webhooks/scalekit', ratePerSecond: 10, burst: 20 } },
  OpenApi:         { entry: 'openapi', may: [], memoryMb: 512,
                     open: { route: 'GET /openapi.json', ratePerSecond: 2, burst: 5 } },
} as const satisfies Readonly<Record<string, KeyFunction>>;

export type KeyFunctionId = keyof typeof keyFunctions;

/** How many of a function may run at once, as the settings say; `undefined` for as many as the account allows. */
export function reservedConcurrency(
  { entry, endsAccess }: Pick<KeyFunction, 'entry' | 'endsAccess'>,
  config: Pick<Config, 'authorizerReservedConcurrency' | 'reservedConcurrencyForRevocation'>,
): number | undefined {
  const { authorizerReservedConcurrency, reservedConcurrencyForRevocation } = config;
  if (endsAccess) return reservedConcurrencyForRevocation || undefined;
  return (entry === keyFunctions.Authorizer.entry && authorizerReservedConcurrency) || undefined;
}

/** The lines of the table, in its order. */
export const keyFunctionEntries = Object.entries(keyFunctions) as readonly [KeyFunctionId, KeyFunction][];

export function methodAndPath(route: Route): [method: string, path: string] {
  const [method = '', path = ''] = route.split(' ');
  return [method, path];
}

/** The names at the root of the customers' API that routes of ours take. */
export function rootNames(): Set<string> {
  const routes = keyFunctionEntries.flatMap(([, { route, open }]) => route ?? open?.route ?? []);
  return new Set(routes.map((route) => methodAndPath(route)[1].split('/')[1] ?? ''));
}

/** The methods of the operators' API. */
export function operatorMethods(): string[] {
  const routes = keyFunctionEntries.flatMap(([, { route, operatorRoute }]) => route ?? operatorRoute ?? []);
  return [...new Set(routes.map((route) => methodAndPath(route)[0]))].sort();
}
