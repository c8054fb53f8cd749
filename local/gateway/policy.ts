import { z } from 'zod';

/** A text or a list of texts, as IAM writes many of its members. */
const Texts = z.union([z.string(), z.array(z.string())]).transform((value) => (Array.isArray(value) ? value : [value]));

const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().optional(),
  Action: Texts,
  Resource: Texts,
  Condition: z.unknown().optional(),
});

/** A policy document, as an authorizer returns one or a REST API carries one. */
export const PolicyDocument = z.object({
  Version: z.string().optional(),
  Statement: z.union([Statement, z.array(Statement)]).transform((value) => (Array.isArray(value) ? value : [value])),
});
export type PolicyDocument = z.output<typeof PolicyDocument>;

/** What a policy says of one request. */
export type Verdict = 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';

/**
 * Evaluates a policy for `execute-api:Invoke` on a method ARN. `*` and `?` match across slashes, and the ARN carries
 * the concrete path. Conditions are not evaluated: an Allow with one allows nothing, a Deny with one denies.
 */
export function evaluatePolicy({ Statement }: PolicyDocument, methodArn: string): Verdict {
  const applying = Statement.filter(
    ({ Action, Resource }) =>
      Action.some((action) => wildcard(action, 'i').test('execute-api:Invoke')) &&
      Resource.some(
        (resource) => wildcard(resource).test(methodArn) || wildcard(expand(resource, methodArn)).test(methodArn),
      ),
  );
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'ExplicitDeny';
  return applying.some(({ Effect, Condition }) => Effect === 'Allow' && Condition === undefined)
    ? 'Allow'
    : 'ImplicitDeny';
}

/** The table of API Gateway for one account: a deny of either denies, an allow of either allows. */
export function combineVerdicts(authorizer: Verdict, resourcePolicy: Verdict): Verdict {
  if (authorizer === 'ExplicitDeny' || resourcePolicy === 'ExplicitDeny') return 'ExplicitDeny';
  return authorizer === 'Allow' || resourcePolicy === 'Allow' ? 'Allow' : 'ImplicitDeny';
}

/** A resource policy may leave out all before the stage: `execute-api:/stage/GET/path`. */
function expand(resource: string, methodArn: string): string {
  if (!resource.startsWith('execute-api:/')) return resource;
  return `${methodArn.split('/')[0]}/${resource.slice('execute-api:/'.length)}`;
}

function wildcard(pattern: string, flags = ''): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`);
}
