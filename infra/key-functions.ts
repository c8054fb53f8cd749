// Every function that decides on requests or manages keys, with its route and permissions. Routes, permissions and monitored
// functions come only from this table.

import { portalPath } from '../shared/deployment.ts';
import type { Config } from './config.ts';

/** A permission of a function, in addition to writing its own log. */
export type Permission =
  /** Call Scalekit: read the SecureStrings with its credentials. */
  | 'scalekit'
  /** Check webhooks: read the SecureString with their signing secret. */
  | 'webhookSecret'
  /** Put events on the audit bus. */
  | 'record'
  /** Read and store decisions in the table of the decision cache. */
  | 'decide'
  /** Mark keys in that table, which ends their decisions. */
  | 'mark'
  /** Record suspensions in that table, and read them. */
  | 'suspend'
  /** Find the id of a plain key in that table. */
  | 'findId'
  /** Read the last uses of keys in that table. */
  | 'readUses'
  /** Read in that table which organizations and users were ended. */
  | 'readEnded'
  /** Read there which organizations, users and clients were ended, if their tokens are accepted. */
  | 'checkTokens'
  /** Read the plans of organizations in that table, if there are any plans. */
  | 'readPlan'
  /** Plan reminders of keys that end, if the setting is on. */
  | 'remind'
  /** Create, update and delete schedules that end overlaps. */
  | 'schedule'
  /** Put unfinished work on the work queue. */
  | 'putWork'
  /** Receive work from that queue. */
  | 'takeWork';

/** A method and a path. */
export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

/** The rate limit of a method, for all clients together. */
export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface KeyFunction {
  /** The folder under functions/. */
  readonly entry: string;
  /** On the customers' API behind a key, and on the operators' API behind AWS IAM. */
  readonly route?: Route;
  /** On the operators' API only. */
  readonly operatorRoute?: Route;
  /** On the customers' API, for anyone. */
  readonly open?: Throttle & { readonly route: Route; readonly operationName?: string };
  /** Small functions need less. @default 1024 */
  readonly memoryMb?: number;
  /** API Gateway waits 29 s. @default 25 */
  readonly timeoutSeconds?: number;
  /**
   * It ends access, so a flood must not stop it. Its key routes have the limit of data routes, and
   * `reservedConcurrencyForRevocation` applies to it.
   */
  readonly endsAccess?: true;
  readonly may: readonly Permission[];
}

/** By id. Logical ids derive from it: a new id means a new function with a new log. */
// biome-ignore format: one line per function is a table that can be read
export const keyFunctions = {
  Authorizer: { entry: 'authorizer', timeoutSeconds: 10, may: ['scalekit', 'decide'] },

  CreateKey:  { entry: 'create-key',  route: 'POST /keys',                may: ['scalekit', 'record', 'mark', 'checkTokens', 'readPlan', 'remind'] },
  ListKeys:   { entry: 'list-keys',   route: 'GET /keys',                 may: ['scalekit', 'readUses'] },
  GetKey:     { entry: 'get-key',     route: 'GET /keys/{keyId}',         may: ['scalekit', 'readUses'] },
  UpdateKey:  { entry: 'update-key',  route: 'PATCH /keys/{keyId}',       may: ['scalekit', 'record', 'mark', 'checkTokens', 'readPlan', 'suspend'] },
  RevokeKey:  { entry: 'revoke-key',  route: 'DELETE /keys/{keyId}',      may: ['scalekit', 'record', 'mark'], endsAccess: true },
  RotateKey:  { entry: 'rotate-key',  route: 'POST /keys/{keyId}/rotate', may: ['scalekit', 'record', 'mark', 'checkTokens', 'readPlan', 'schedule', 'remind'],
                timeoutSeconds: 28 }, // it searches the keys twice
  EndOverlap: { entry: 'end-overlap', /* invoked by schedules */          may: ['scalekit', 'record', 'mark', 'putWork'], endsAccess: true },
  ResumeWork: { entry: 'resume-work', /* invoked by the work queue */     may: ['scalekit', 'record', 'mark', 'takeWork'],
                timeoutSeconds: 28 }, // it revokes as many keys as a request may
  RevokeKeys: { entry: 'revoke-keys', route: 'POST /keys/revoke',         may: ['scalekit', 'record', 'mark'], endsAccess: true },
  ForgetKey:  { entry: 'forget-key',  operatorRoute: 'POST /keys/{keyId}/forget', may: ['mark'], memoryMb: 512 },

  RevokeLeakedKey: { entry: 'revoke-leaked-key', may: ['scalekit', 'record', 'mark', 'findId'], endsAccess: true,
                     memoryMb: 512, // it sleeps
                     open: { route: 'POST /revoke', ratePerSecond: 50, burst: 100 } },
  ScalekitWebhook: { entry: 'scalekit-webhook', may: ['scalekit', 'webhookSecret', 'record', 'mark', 'putWork'], timeoutSeconds: 28,
                     open: { route: 'POST /webhooks/scalekit', ratePerSecond: 10, burst: 20 } },
  OpenApi:         { entry: 'openapi', may: [], memoryMb: 512,
                     open: { route: 'GET /openapi.json', operationName: 'getContract', ratePerSecond: 2, burst: 5 } },
} as const satisfies Readonly<Record<string, KeyFunction>>;

export type KeyFunctionId = keyof typeof keyFunctions;

/** The reserved concurrency of a function by the settings; `undefined` for none. */
export function reservedConcurrency(
  { entry, endsAccess }: Pick<KeyFunction, 'entry' | 'endsAccess'>,
  config: Pick<Config, 'authorizerReservedConcurrency' | 'reservedConcurrencyForRevocation'>,
): number | undefined {
  const { authorizerReservedConcurrency, reservedConcurrencyForRevocation } = config;
  if (endsAccess) return reservedConcurrencyForRevocation || undefined;
  return (entry === keyFunctions.Authorizer.entry && authorizerReservedConcurrency) || undefined;
}

/** The rows of the table, in order. */
export const keyFunctionEntries = Object.entries(keyFunctions) as readonly [KeyFunctionId, KeyFunction][];

export function methodAndPath(route: Route): [method: string, path: string] {
  const [method = '', path = ''] = route.split(' ');
  return [method, path];
}

/** The first path segments of our routes on the customers' API. */
export function rootNames({ portal }: Pick<Config, 'portal'>): Set<string> {
  const paths = keyFunctionEntries.flatMap(([, { route, open }]) => {
    const own = route ?? open?.route;
    return own === undefined ? [] : [methodAndPath(own)[1]];
  });
  return new Set([...paths, ...(portal ? [portalPath] : [])].map((path) => path.split('/')[1] ?? ''));
}

/** The methods of the operators' API. */
export function operatorMethods(): string[] {
  const routes = keyFunctionEntries.flatMap(([, { route, operatorRoute }]) => route ?? operatorRoute ?? []);
  return [...new Set(routes.map((route) => methodAndPath(route)[0]))].sort();
}
