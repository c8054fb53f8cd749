import type { PolicyDocument, PolicyStatement } from '../template/model.ts';
import { unevaluatedMembers } from '../template/policies.ts';

/** What a policy says of one request. */
export type Verdict = 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';

/**
 * Evaluates a policy for `execute-api:Invoke` on a method ARN. `*` and `?` match across slashes, and the ARN carries
 * the concrete path. A member that is not evaluated, such as a Condition, fails closed: an Allow that has one allows
 * nothing, a Deny that has one denies.
 */
export function evaluatePolicy({ Statement }: PolicyDocument, methodArn: string): Verdict {
  const applying = Statement.filter(
    ({ Action = '*', Resource = '*' }) =>
      [Action].flat().some((action) => wildcard(action, 'i').test('execute-api:Invoke')) &&
      [Resource].flat().some((resource) => isNamedBy(resource, methodArn)),
  );
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'ExplicitDeny';
  return applying.some((statement) => statement.Effect === 'Allow' && isEvaluated(statement))
    ? 'Allow'
    : 'ImplicitDeny';
}

function isEvaluated(statement: PolicyStatement): boolean {
  const { Action, Resource } = statement;
  return Action !== undefined && Resource !== undefined && unevaluatedMembers(statement).length === 0;
}

/** The table of API Gateway for one account: a deny of either denies, an allow of either allows. */
export function combineVerdicts(authorizer: Verdict, resourcePolicy: Verdict): Verdict {
  if (authorizer === 'ExplicitDeny' || resourcePolicy === 'ExplicitDeny') return 'ExplicitDeny';
  return authorizer === 'Allow' || resourcePolicy === 'Allow' ? 'Allow' : 'ImplicitDeny';
}

function isNamedBy(resource: string, methodArn: string): boolean {
  return wildcard(resource).test(methodArn) || wildcard(expand(resource, methodArn)).test(methodArn);
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
