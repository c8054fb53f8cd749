import { auditFromEnvironment } from '../audit/audit.ts';
import { auditedMutations, type Mutations } from '../audit/mutations.ts';
import { type AuthorizerCache, authorizerCacheFromEnvironment } from '../aws/authorizer-cache.ts';
import { type Scalekit, scalekitFromEnvironment } from '../scalekit/scalekit.ts';

/** What a function that changes keys works with. */
export interface KeyServices {
  readonly scalekit: Scalekit;
  readonly mutations: Mutations;
  /** `undefined` where decisions are not cached. */
  readonly cache: AuthorizerCache | undefined;
}

/** The services that the function's environment names. */
export function keyServices(): KeyServices {
  const scalekit = scalekitFromEnvironment();
  return {
    scalekit,
    mutations: auditedMutations(scalekit, auditFromEnvironment()),
    cache: authorizerCacheFromEnvironment(),
  };
}
