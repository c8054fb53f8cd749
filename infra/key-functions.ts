import type { Construct } from 'constructs';
import type { AuditTrail } from './audit-trail.ts';
import type { Config } from './config.ts';
import type { KeyRotation } from './key-rotation.ts';
import { ApiFunction } from './lambda/api-function.ts';
import type { ScalekitParameters } from './scalekit-parameters.ts';

interface Needs {
  readonly config: Config;
  readonly parameters: ScalekitParameters;
  readonly rotation: KeyRotation;
  readonly audit: AuditTrail;
}

/** The functions that decide on requests and manage keys. */
export interface KeyFunctions {
  readonly authorizer: ApiFunction;
  readonly createKey: ApiFunction;
  readonly listKeys: ApiFunction;
  readonly getKey: ApiFunction;
  readonly updateKey: ApiFunction;
  readonly rotateKey: ApiFunction;
  readonly revokeKey: ApiFunction;
  readonly revokeKeys: ApiFunction;
  readonly revokeLeakedKey: ApiFunction;
  readonly webhook: ApiFunction;
  readonly openApi: ApiFunction;
}

/** Those that end or narrow what a key can do: what is cached of decisions must follow. */
export function changersOf(functions: KeyFunctions, { endOverlap }: KeyRotation): ApiFunction[] {
  const { updateKey, revokeKey, rotateKey, revokeKeys, revokeLeakedKey, webhook } = functions;
  return [updateKey, revokeKey, rotateKey, endOverlap, revokeKeys, revokeLeakedKey, webhook];
}

/** Makes the functions, each with what it may read, record and arrange, and no more. */
export function createKeyFunctions(scope: Construct, { config, parameters, rotation, audit }: Needs): KeyFunctions {
  const make = (id: string, entry: string, timeout: { readonly timeoutSeconds?: number } = {}) =>
    new ApiFunction(scope, id, { entry, config, ...timeout });
  const functions: KeyFunctions = {
    authorizer: make('Authorizer', 'authorizer', { timeoutSeconds: 10 }),
    createKey: make('CreateKey', 'create-key'),
    listKeys: make('ListKeys', 'list-keys'),
    getKey: make('GetKey', 'get-key'),
    updateKey: make('UpdateKey', 'update-key'),
    revokeKey: make('RevokeKey', 'revoke-key'),
    // It looks through the keys twice, and may flush: API Gateway waits 29 s.
    rotateKey: make('RotateKey', 'rotate-key', { timeoutSeconds: 28 }),
    revokeKeys: make('RevokeKeys', 'revoke-keys'),
    openApi: make('OpenApi', 'openapi'),
    revokeLeakedKey: make('RevokeLeakedKey', 'revoke-leaked-key'),
    webhook: make('ScalekitWebhook', 'scalekit-webhook', { timeoutSeconds: 28 }),
  };
  const { authorizer, createKey, listKeys, getKey } = functions;
  const changers = changersOf(functions, rotation);
  rotation.grantSchedule(functions.rotateKey);
  parameters.grantReadWebhookSecret(functions.webhook);
  for (const caller of [authorizer, createKey, listKeys, getKey, ...changers]) parameters.grantRead(caller);
  for (const recorder of [createKey, ...changers]) audit.grantRecord(recorder);
  return functions;
}
