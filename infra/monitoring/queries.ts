import { type ILogGroup, QueryDefinition, QueryString, type QueryStringProps } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

interface QueryLogs {
  /** The access log of the customers' API. `undefined` for an adopted API: the user of a query selects the log. */
  readonly accessLog: ILogGroup | undefined;
  /** The logs of the functions that create, change or end keys. */
  readonly audit: readonly ILogGroup[];
}

interface SavedQuery {
  readonly id: string;
  readonly name: string;
  readonly query: QueryStringProps;
}

/** Queries of the access log. It has every request, so also decisions from the cache. */
const accessQueries: readonly SavedQuery[] = [
  {
    id: 'LastUse',
    name: 'last use of each key',
    query: {
      fields: ['keyId', 'organizationId'],
      filterStatements: ['ispresent(keyId) and keyId != "-"'],
      statsStatements: ['max(@timestamp) as lastUsed, count(*) as requests by keyId, organizationId'],
      sort: 'lastUsed asc',
      limit: 10_000, // the maximum: without the last rows a key would look unused
    },
  },
  {
    id: 'Denials',
    name: 'denials by code',
    query: {
      fields: ['code', 'organizationId', 'sourceIp'],
      filterStatements: ['status in ["401", "403"]'],
      statsStatements: ['count(*) as denials by code, organizationId, sourceIp'],
      sort: 'denials desc',
      limit: 100,
    },
  },
  {
    id: 'Slowest',
    name: 'slowest decisions',
    query: {
      fields: [
        '@timestamp',
        'requestId',
        'route',
        'status',
        'organizationId',
        'keyId',
        'authorizerLatencyMs * 1 as ms',
      ],
      filterStatements: ['ispresent(ms)'],
      sort: 'ms desc',
      limit: 50,
    },
  },
];

/** Queries of the logs of the functions. */
const auditQueries: readonly SavedQuery[] = [
  {
    id: 'Revocations',
    name: 'who revoked what',
    query: {
      fields: [
        '@timestamp',
        'audit.keyId',
        'audit.organizationId',
        'audit.actor.type',
        'coalesce(audit.actor.keyId, audit.actor.linkId, audit.actor.sessionId, audit.actor.clientId, audit.actor.userArn, audit.actor.eventId) as who',
        'audit.reason',
        'audit.requestId',
      ],
      filterStatements: ['message = "audit" and audit.type = "Revoked"'],
      sort: '@timestamp desc',
      limit: 1000,
    },
  },
  // Includes changes that are missing on the audit bus, with the reason.
  {
    id: 'Changes',
    name: 'changes of keys',
    query: {
      fields: [
        '@timestamp',
        'message',
        'audit.type',
        'audit.keyId',
        'audit.organizationId',
        'audit.actor.type',
        'audit.reason',
        'audit.requestId',
        'keyId',
        'status',
        'error',
        'code',
      ],
      filterStatements: ['message in ["audit", "audit_not_sent"]'],
      sort: '@timestamp desc',
      limit: 1000,
    },
  },
];

/** Saves queries of CloudWatch Logs Insights in a folder named after the deployment. */
export function saveQueries(scope: Construct, deployment: string, { accessLog, audit }: QueryLogs): void {
  const save = ({ id, name, query }: SavedQuery, logGroups: readonly ILogGroup[]) =>
    new QueryDefinition(scope, `${id}Query`, {
      queryDefinitionName: `${deployment}/${name}`,
      queryString: new QueryString(query),
      logGroups: [...logGroups],
    });
  for (const query of accessQueries) save(query, accessLog ? [accessLog] : []);
  for (const query of auditQueries) save(query, audit);
}
