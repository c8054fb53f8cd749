import { holdsFor } from '../template/address-condition.ts';
import type { PolicyDocument, PolicyStatement } from '../template/model.ts';
import { unevaluatedMembers } from '../template/policies.ts';

/** The result of a policy for one request. */
export type Verdict = 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';

/**
 * Evaluates a policy for `execute-api:Invoke` on a method ARN, which has the concrete path. `*` and `?` match across slashes.
 * Conditions on `aws:SourceIp` are evaluated. Any other member fails closed: an Allow with one allows nothing, a Deny with one
 * denies.
 */
export function evaluatePolicy({ Statement }: PolicyDocument, methodArn: string, sourceIp: string): Verdict {
  const applying = Statement.filter((statement) => {
    const { Action = '*', Resource = '*' } = statement;
    return (
      [Action].flat().some((action) => wildcard(action, 'i').test('execute-api:Invoke')) &&
      [Resource].flat().some((resource) => isNamedBy(resource, methodArn)) &&
      holdsFor(statement, sourceIp) !== false
    );
  });
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'ExplicitDeny';
  return applying.some((statement) => statement.Effect === 'Allow' && isEvaluated(statement))
    ? 'Allow'
    : 'ImplicitDeny';
}

function isEvaluated(statement: PolicyStatement): boolean {
  const { Action, Resource } = statement;
  return Action !== undefined && Resource !== undefined && unevaluatedMembers(statement).length === 0;
}

/** Combines two verdicts as API Gateway does within one account: either one's deny denies, else either one's allow allows. */
export function combineVerdicts(authorizer: Verdict, resourcePolicy: Verdict): Verdict {
  if (authorizer === 'ExplicitDeny' || resourcePolicy === 'ExplicitDeny') return 'ExplicitDeny';
  return authorizer === 'Allow' || resourcePolicy === 'Allow' ? 'Allow' : 'ImplicitDeny';
}

function isNamedBy(resource: string, methodArn: string): boolean {
  return wildcard(resource).test(methodArn) || wildcard(expand(resource, methodArn)).test(methodArn);
}

/** A resource policy may omit everything before the stage: `execute-api:/stage/GET/path`. */
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
