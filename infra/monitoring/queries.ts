import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

interface QueryLogs {
  /** Of the customers' API; `undefined` where it is not ours, and who runs the query names it. */
  readonly accessLog: ILogGroup | undefined;
  /** Of the functions that create, change or end keys. */
  readonly audit: readonly ILogGroup[];
}

/** Saves queries of CloudWatch Logs Insights in a folder named for the deployment. */
export function saveQueries(scope: Construct, deployment: string, { accessLog, audit }: QueryLogs): void {
  const save = (id: string, name: string, queryString: QueryString, logGroups: readonly ILogGroup[]) =>
    new QueryDefinition(scope, `${id}Query`, {
      queryDefinitionName: `${deployment}/${name}`,
      queryString,
      logGroups: [...logGroups],
    });
  const accesses = accessLog ? [accessLog] : [];

  // Decisions from the cache are in it, for it is of requests.
  save(
    'LastUse',
    'last use of each key',
    new QueryString({
      fields: ['keyId', 'organizationId'],
      filterStatements: ['ispresent(keyId) and keyId != "-"'],
      statsStatements: ['max(@timestamp) as lastUsed, count(*) as requests by keyId, organizationId'],
      sort: 'lastUsed asc',
      limit: 10_000, // the most that there are: without the last rows a key would look unused
    }),
    accesses,
  );
  save(
    'Denials',
    'denials by code',
    new QueryString({
      fields: ['code', 'organizationId', 'sourceIp'],
      filterStatements: ['status in ["401", "403"]'],
      statsStatements: ['count(*) as denials by code, organizationId, sourceIp'],
      sort: 'denials desc',
      limit: 100,
    }),
    accesses,
  );
  save(
    'Slowest',
    'slowest decisions',
    new QueryString({
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
    }),
    accesses,
  );
  save(
    'Revocations',
    'who revoked what',
    new QueryString({
      fields: [
        '@timestamp',
        'audit.keyId',
        'audit.organizationId',
        'audit.actor.type',
        'coalesce(audit.actor.keyId, audit.actor.userArn, audit.actor.eventId) as who',
        'audit.reason',
        'audit.requestId',
      ],
      filterStatements: ['message = "audit" and audit.type = "Revoked"'],
      sort: '@timestamp desc',
      limit: 1000,
    }),
    audit,
  );
  // Also what is not on the audit bus, with why.
  save(
    'Changes',
    'changes of keys',
    new QueryString({
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
    }),
    audit,
  );
}
