/**
 * iam/ decides by the policies of the template what a principal may do. The entry points are `Iam`, and `verifySignature`, which
 * finds the sender of a request. A request that no policy allows is refused. Each refusal is reported once.
 */
import { randomBytes } from 'node:crypto';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { aws } from '../account.ts';
import type { NamedPolicy, PolicyDocument, Role } from '../template/model.ts';

/** How many decisions are cached: clients can name any number of resources, and must not fill the memory. */
const maxDecisions = 5_000;

/** The credentials that sign a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only role sessions have one. */
  readonly sessionToken?: string;
}

/** A user, or a session of a role. */
export interface Identity {
  readonly arn: string;
  /** `AIDA…` for a user, `AROA…:SESSION` for a role session. */
  readonly userId: string;
  readonly credentials: Credentials;
  readonly policies: readonly NamedPolicy[];
  readonly tags: Readonly<Record<string, string>>;
}

/** An AWS service that acts on behalf of a resource. */
export interface ServicePrincipal {
  readonly service: string;
  readonly sourceArn: string;
}

/** The question whether a principal may perform an action on a resource. */
export interface AuthorizationRequest {
  readonly principal: Identity | ServicePrincipal;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The policy of the resource itself, if it has one. */
  readonly resourcePolicy?: PolicyDocument | undefined;
}

/** The policy of the account's administrators. */
export const administratorAccess: NamedPolicy = {
  name: 'AdministratorAccess',
  document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

/** Users, role sessions, and the decisions on their requests by the policies of the template. */
export class Iam {
  readonly #roles: ReadonlyMap<string, Role>;
  readonly #identities = new Map<string, Identity>();
  readonly #sessions = new Map<string, Identity>();
  readonly #decisions = new Map<string, Promise<boolean>>();
  readonly #denied = new Set<string>();
  readonly #onRequest: (request: AuthorizationRequest) => void;
  readonly #onDenied: (line: string) => void;

  /** `onRequest` gets each request to decide, `onDenied` one line per distinct refusal. */
  constructor(
    roles: readonly Role[],
    onDenied: (line: string) => void = () => {},
    onRequest: (request: AuthorizationRequest) => void = () => {},
  ) {
    this.#roles = new Map(roles.map((role) => [role.arn, role]));
    this.#onDenied = onDenied;
    this.#onRequest = onRequest;
  }

  /** All refusals so far, one line each. */
  get denied(): readonly string[] {
    return [...this.#denied];
  }

  /** The owner of an access key. */
  identityOf(accessKeyId: string): Identity | undefined {
    return this.#identities.get(accessKeyId);
  }

  /** Creates a user with these policies and tags. */
  createUser(name: string, policies: readonly NamedPolicy[], tags: Readonly<Record<string, string>> = {}): Identity {
    return this.#add({
      arn: `arn:${aws.partition}:iam::${aws.accountId}:user/${name}`,
      userId: `AIDA${randomId()}`,
      credentials: { accessKeyId: `AKIA${randomId()}`, secretAccessKey: randomBytes(30).toString('base64') },
      policies,
      tags,
    });
  }

  /**
   * Gives a service a session of a role, if the role's trust policy allows it. The session is reused: a service that assumes a
   * role for every call must not fill the memory with sessions and their decisions.
   */
  async assumeRole(roleArn: string, sessionName: string, principal: ServicePrincipal): Promise<Identity | undefined> {
    const role = this.#roles.get(roleArn);
    const request = {
      principal,
      action: 'sts:AssumeRole',
      resource: roleArn,
      resourcePolicy: role?.trustPolicy,
    };
    if (!role || !(await this.isAllowed(request))) return undefined;
    const name = JSON.stringify([roleArn, sessionName, principal.service, principal.sourceArn]);
    const session = this.#sessions.get(name) ?? this.#newSession(role, sessionName);
    this.#sessions.set(name, session);
    return session;
  }

  #newSession(role: Role, sessionName: string): Identity {
    return this.#add({
      arn: `arn:${aws.partition}:sts::${aws.accountId}:assumed-role/${role.name}/${sessionName}`,
      userId: `AROA${randomId()}:${sessionName}`,
      credentials: {
        accessKeyId: `ASIA${randomId()}`,
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(60).toString('base64'),
      },
      policies: role.policies,
      tags: {},
    });
  }

  /** Decides on a request by the policies that apply, as IAM does. The decision is cached. */
  async isAllowed(request: AuthorizationRequest): Promise<boolean> {
    const { principal, action, resource, context = {} } = request;
    const name = 'service' in principal ? principal.service : principal.arn;
    const who = 'service' in principal ? principal.sourceArn : principal.credentials.accessKeyId;
    const key = JSON.stringify([name, who, action, resource, context]);
    let decision = this.#decisions.get(key);
    if (decision === undefined) {
      if (this.#decisions.size >= maxDecisions) this.#decisions.clear();
      this.#onRequest(request);
      decision = simulate(request);
      this.#decisions.set(key, decision);
    }
    if (await decision) return true;
    const line = `AccessDenied: ${name} is not authorized to perform ${action} on ${resource}`;
    if (!this.#denied.has(line) && this.#denied.size < maxDecisions) {
      this.#denied.add(line);
      this.#onDenied(line);
    }
    return false;
  }

  #add(identity: Identity): Identity {
    this.#identities.set(identity.credentials.accessKeyId, identity);
    return identity;
  }
}

/** Evaluates the policies that apply to one request. */
export async function simulate({
  principal,
  action,
  resource,
  context = {},
  resourcePolicy,
}: AuthorizationRequest): Promise<boolean> {
  const isService = 'service' in principal;
  const tags = isService ? {} : principal.tags;
  const result = await runSimulation(
    {
      request: {
        principal: isService ? principal.service : principal.arn,
        action,
        resource: { resource, accountId: aws.accountId },
        contextVariables: {
          'aws:SecureTransport': 'true',
          ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [`aws:PrincipalTag/${name}`, value])),
          ...(isService ? { 'aws:SourceArn': principal.sourceArn, 'aws:SourceAccount': aws.accountId } : {}),
          ...context,
        },
      },
      identityPolicies: isService ? [] : principal.policies.map(({ name, document }) => ({ name, policy: document })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
    },
    {},
  );
  if (result.resultType === 'error') {
    throw new Error(`a policy cannot be evaluated for ${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  }
  return result.overallResult === 'Allowed';
}

function randomId(): string {
  return randomBytes(8).toString('hex').toUpperCase();
}
