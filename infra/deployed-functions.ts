import type { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { CustomerApi } from './customer-api/customer-api.ts';
import { type KeyFunctionId, keyFunctionEntries, type Permission, reservedConcurrency } from './key-functions.ts';
import type { KeyRotation } from './key-rotation.ts';
import { ApiFunction } from './lambda/api-function.ts';
import type { OperatorApi } from './operator-api/operator-api.ts';

/** The functions of the table in key-functions.ts. */
export type DeployedFunctions = Readonly<Record<KeyFunctionId, ApiFunction>>;

interface Needs {
  /** Distinguishes this deployment's metrics from others in the account. */
  readonly deployment: string;
  readonly config: Config;
  /** Has the function that schedules invoke. */
  readonly rotation: KeyRotation;
}

/** Creates the functions. Each may only write its own logs. */
export function createFunctions(scope: Construct, { deployment, config, rotation }: Needs): DeployedFunctions {
  const made = keyFunctionEntries.map(([id, row]) => {
    if (id === 'EndOverlap') return [id, rotation.endOverlap] as const;
    const isWarm = id === 'Authorizer' && config.authorizerProvisionedConcurrency > 0;
    const props = { ...row, config, isWarm, reservedConcurrency: reservedConcurrency(row, config) };
    return [id, new ApiFunction(scope, id, props)] as const;
  });
  const functions = Object.fromEntries(made) as DeployedFunctions;
  // Rotation does not get the limit: it replaces a key, also for a user who is at the limit.
  limitNewKeys(functions.CreateKey, config);
  limitLifetime(functions.RotateKey, config);
  const { acceptSessions, acceptClients } = config;
  if (acceptSessions !== undefined) functions.Authorizer.addEnvironment('SESSION_AUDIENCES', acceptSessions);
  if (acceptClients !== undefined) functions.Authorizer.addEnvironment('CLIENT_AUDIENCES', acceptClients);
  if (config.plans) functions.Authorizer.addEnvironment('PLANS', JSON.stringify(config.plans));
  if (config.scopes !== undefined)
    for (const one of [functions.CreateKey, functions.UpdateKey]) one.addEnvironment('SCOPES', config.scopes);
  for (const one of Object.values(functions)) one.addEnvironment('METRICS_DEPLOYMENT', deployment);
  return functions;
}

/** Tells a function that creates keys how many there may be, and how long they may live. */
export function limitNewKeys(maker: ApiFunction, config: Config): void {
  if (config.maxKeysPerUser > 0) maker.addEnvironment('MAX_KEYS_PER_USER', String(config.maxKeysPerUser));
  limitLifetime(maker, config);
}

function limitLifetime(maker: ApiFunction, { maxKeyLifetimeDays, defaultKeyLifetimeDays }: Config): void {
  if (maxKeyLifetimeDays > 0) maker.addEnvironment('MAX_KEY_LIFETIME_DAYS', String(maxKeyLifetimeDays));
  if (defaultKeyLifetimeDays > 0) maker.addEnvironment('DEFAULT_KEY_LIFETIME_DAYS', String(defaultKeyLifetimeDays));
}

/** The functions that have a permission, in the order of the table. */
export function functionsThatMay(permission: Permission, functions: DeployedFunctions): ApiFunction[] {
  return keyFunctionEntries.filter(([, { may }]) => may.includes(permission)).map(([id]) => functions[id]);
}

/** How each permission is given to a function. */
export type Grants = Readonly<Record<Permission, (to: ApiFunction) => void>>;

/** Gives each function exactly the permissions in its row of the table. */
export function grantPermissions(functions: DeployedFunctions, grants: Grants): void {
  for (const [permission, grant] of Object.entries(grants))
    for (const one of functionsThatMay(permission as Permission, functions)) grant(one);
}

/** Adds each function's route: on both APIs, on the operators' only, or open on the customers'. */
export function addRoutes(functions: DeployedFunctions, customers: CustomerApi, operators: OperatorApi): void {
  for (const [id, { route, operatorRoute, open, endsAccess = false }] of keyFunctionEntries) {
    const name = open?.operationName ?? id.charAt(0).toLowerCase() + id.slice(1); // as in the contract
    if (route) customers.keyRoute(route, functions[id], name, endsAccess);
    if (route) operators.keyRoute(route, functions[id], name, endsAccess);
    if (operatorRoute) operators.keyRoute(operatorRoute, functions[id], name, endsAccess);
    if (open) customers.openRoute(open.route, functions[id], name, open);
  }
}
