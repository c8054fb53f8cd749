import * as z from 'zod';
import type { Visitor } from '../authentication/actor.ts';
import type { EndedSince } from '../decision-cache/ended.ts';
import { withPlan } from '../key-claims.ts';
import { parseJson } from '../parse-json.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** What a link lets its holder do, and for whom: fixed when an operator makes the link. */
export interface Grant {
  readonly linkId: string;
  readonly organizationId: string;
  /** As Scalekit has it. */
  readonly organizationName: string;
  readonly userId?: string;
  /** With the scope. */
  readonly customClaims: Readonly<Record<string, string>>;
  /** Where the person goes when it leaves the page. */
  readonly returnUrl?: string;
  /** When the link was made (ms). What ends the organization or the user after it ends the link and its session. */
  readonly madeAt: number;
}

const GrantSchema = z
  .strictObject({
    linkId: z.string(),
    organizationId: z.string(),
    organizationName: z.string(),
    userId: z.string().optional(),
    customClaims: z.record(z.string(), z.string()),
    returnUrl: z.string().optional(),
    madeAt: z.int(),
  })
  .transform((grant): Grant => withoutUndefined(grant));

/** A session that began with a link. */
export interface Session {
  readonly sessionId: string;
  readonly grant: Grant;
}

const SessionSchema = z.strictObject({ sessionId: z.string(), grant: GrantSchema });

/** Reads a grant as it was stored; `undefined` if it is not exactly of its form. */
export function decodeGrant(text: string): Grant | undefined {
  return GrantSchema.safeParse(parseJson(text)).data;
}

/** Reads a session as it was stored; `undefined` if it is not exactly of its form. */
export function decodeSession(text: string): Session | undefined {
  return SessionSchema.safeParse(parseJson(text)).data;
}

/** Whose end is the end of a link and its session. */
export function endedWith({ organizationId, userId, linkId }: Grant): Parameters<EndedSince>[0] {
  return { ...withoutUndefined({ organizationId, userId }), makerId: linkId };
}

/** The person of a session, with the plan of its organization, as operations on keys see it. */
export function visitorOf({ sessionId, grant }: Session, plan: string | undefined): Visitor {
  const { linkId, organizationId, userId } = grant;
  const customClaims = withPlan(grant.customClaims, plan);
  return withoutUndefined({ linkId, sessionId, organizationId, userId, customClaims });
}
