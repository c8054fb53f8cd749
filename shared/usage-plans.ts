// What infra/ and the functions must agree on about plans.

/**
 * The shared meter of organizations without a plan: its value is the API's id and this. A meter is an API key of API Gateway, but no
 * credential: API Gateway reads it from the authorizer's answer, never from a header.
 */
export const sharedMeterSuffix = 'OrganizationsWithoutPlan';

/** A usage plan of API Gateway, as functions know it. */
export interface UsagePlan {
  /** Requests per second. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
  /** Requests in each `period`. */
  readonly quota?: number | undefined;
  readonly period?: 'DAY' | 'WEEK' | 'MONTH' | undefined;
}

/** The value of the header `RateLimit-Policy`, in the authorizer's context. */
export const rateLimitPolicyKey = 'rateLimitPolicy';

/** The routes on an organization's plan, below the operators' route of the organization. */
export const planPath = '/plan';
export const usagePath = '/usage';
