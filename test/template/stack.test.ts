import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { problems } from '../../contract/problems.ts';
import contract from '../../functions/openapi/openapi.json' with { type: 'json' };
import { synthesizeProduct } from '../support/product.ts';

const template = synthesizeProduct();

type Ref = { readonly Ref: string };

/** Resources of a type whose logical id contains `id`. */
function resources(type: string, id = ''): { Properties: Record<string, unknown> }[] {
  return Object.entries(template.findResources(type))
    .filter(([logicalId]) => logicalId.includes(id))
    .map(([, resource]) => resource as { Properties: Record<string, unknown> });
}

describe('the API', () => {
  test('has a REQUEST authorizer that reads the Authorization header and caches nothing', () => {
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 0,
    });
  });

  const open = /^CustomerApi((revoke|webhooksscalekit)POST|openapijsonGET)/;

  test('throttles the three open routes and logs none of their requests', () => {
    const [stage] = resources('AWS::ApiGateway::Stage', 'CustomerApi');
    const settings = stage?.Properties['MethodSettings'] as Record<string, unknown>[];
    const routes = { '/~1revoke': 'POST', '/~1webhooks~1scalekit': 'POST', '/~1openapi.json': 'GET' };
    for (const [ResourcePath, HttpMethod] of Object.entries(routes)) {
      const own = settings.find((setting) => setting['ResourcePath'] === ResourcePath);
      expect(own).toMatchObject({ HttpMethod, DataTraceEnabled: false });
      expect(own?.['ThrottlingRateLimit']).toBeLessThanOrEqual(100);
    }
  });

  test('lets only CORS preflights and the open routes bypass the authorizer', () => {
    const methods = Object.entries(template.findResources('AWS::ApiGateway::Method'))
      .filter(([id]) => id.startsWith('CustomerApi') && !open.test(id))
      .map(([, { Properties }]) => Properties);
    expect(methods.filter(({ HttpMethod }) => HttpMethod !== 'OPTIONS')).not.toEqual([]);
    for (const { HttpMethod, AuthorizationType, AuthorizerId, Integration } of methods) {
      const isPreflight = HttpMethod === 'OPTIONS';
      expect(AuthorizationType).toBe(isPreflight ? 'NONE' : 'CUSTOM');
      if (isPreflight) expect(Integration).toMatchObject({ Type: 'MOCK', PassthroughBehavior: 'NEVER' });
      else expect(AuthorizerId).toBeDefined();
    }
  });

  test('has exactly the routes of its contract, and the webhook', () => {
    const found = template.findResources('AWS::ApiGateway::Resource');
    const pathOf = (id: unknown): string => {
      const { PathPart, ParentId } = found[String(id)]?.['Properties'] ?? {};
      return PathPart === undefined ? '' : `${pathOf(ParentId.Ref)}/${PathPart}`;
    };
    const deployed = resources('AWS::ApiGateway::Method', 'CustomerApi')
      .filter(({ Properties }) => Properties['HttpMethod'] !== 'OPTIONS')
      .map(({ Properties }) => `${String(Properties['HttpMethod'])} ${pathOf((Properties['ResourceId'] as Ref).Ref)}`);
    const promised = Object.entries(contract.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(deployed.toSorted()).toEqual([...promised, 'POST /webhooks/scalekit'].toSorted());
  });

  test('has one stage, v1, which logs accesses but never requests', () => {
    expect(resources('AWS::ApiGateway::Stage', 'CustomerApi')).toHaveLength(1);
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'v1',
      AccessLogSetting: { DestinationArn: Match.anyValue(), Format: Match.anyValue() },
      MethodSettings: Match.arrayWith([
        Match.objectLike({ DataTraceEnabled: false, HttpMethod: '*', ResourcePath: '/*' }),
      ]),
    });
    const [stage] = resources('AWS::ApiGateway::Stage', 'CustomerApi');
    const setting = stage?.Properties['AccessLogSetting'] as { Format: string } | undefined;
    expect(JSON.parse(setting?.Format ?? '')).toMatchObject({
      requestId: '$context.requestId',
      route: '$context.resourcePath',
      status: '$context.status',
      organizationId: '$context.authorizer.organizationId',
      userId: '$context.authorizer.userId',
      keyId: '$context.authorizer.keyId',
    });
  });

  test('may invoke functions only through its methods, never in a test from the console', () => {
    const sources = resources('AWS::Lambda::Permission').map(({ Properties }) =>
      JSON.stringify(Properties['SourceArn']),
    );
    expect(sources).not.toEqual([]);
    for (const source of sources) expect(source).not.toContain('test-invoke-stage');
  });
});

describe('gateway responses', () => {
  const responses = resources('AWS::ApiGateway::GatewayResponse', 'CustomerApi').map(
    ({ Properties }) =>
      Properties as unknown as {
        ResponseType: string;
        StatusCode: string;
        ResponseParameters: Record<string, string>;
        ResponseTemplates: Record<string, string>;
      },
  );

  test('every type has its own, because a customised response inherits nothing', () => {
    expect(responses.map(({ ResponseType }) => ResponseType).sort()).toHaveLength(21);
  });

  test.each([
    ['UNAUTHORIZED', '401', 'missing_credentials'],
    ['ACCESS_DENIED', '401', '$context.authorizer.code'],
    ['AUTHORIZER_FAILURE', '503', 'upstream_unavailable'],
    ['AUTHORIZER_CONFIGURATION_ERROR', '503', 'upstream_unavailable'],
    ['MISSING_AUTHENTICATION_TOKEN', '404', 'not_found'],
    ['THROTTLED', '429', 'throttled'],
    ['QUOTA_EXCEEDED', '429', 'throttled'],
    ['INTEGRATION_TIMEOUT', '504', 'timeout'],
    ['DEFAULT_5XX', '500', 'internal_error'],
  ])('%s is %s %s', (type, status, code) => {
    const response = responses.find(({ ResponseType }) => ResponseType === type);
    expect(response?.StatusCode).toBe(status);
    expect(JSON.parse(response?.ResponseTemplates['application/json'] ?? '')).toMatchObject({
      code,
      status: Number(status),
    });
  });

  test('each is a problem with CORS headers and constant strings', () => {
    for (const { StatusCode, ResponseParameters, ResponseTemplates } of responses) {
      const body = ResponseTemplates['application/json'] ?? '';
      expect(JSON.parse(body)).toMatchObject({
        type: 'about:blank',
        status: Number(StatusCode),
        requestId: '$context.requestId',
      });
      const variables = body.match(/\$[\w.]+/g) ?? [];
      const authorizers = ['$context.authorizer.code', '$context.authorizer.detail'];
      expect(['$context.requestId', ...authorizers]).toEqual(expect.arrayContaining(variables));
      expect(ResponseParameters['gatewayresponse.header.Access-Control-Allow-Origin']).toBe("'*'");
      for (const value of Object.values(ResponseParameters))
        expect(value).toMatch(/^('.*'|context\.authorizer\.challenge)$/);
    }
  });

  test('each one that a route can return is a problem of the contract', () => {
    const promised = Object.values(problems).flatMap(({ status, codes }) => codes.map((code) => `${status} ${code}`));
    // Answers of a firewall that somebody may add, and of preflights.
    const exempt = ['403 forbidden', '415 unsupported_media_type', '401 $context.authorizer.code'];
    for (const { ResponseTemplates } of responses) {
      const { status, code } = JSON.parse(ResponseTemplates['application/json'] ?? '');
      expect([...promised, ...exempt]).toContain(`${status} ${code}`);
    }
  });

  test('an outage says when to retry, and a refusal of a bad key gives the reason', () => {
    const headerOf = (type: string, name: string) =>
      responses.find(({ ResponseType }) => ResponseType === type)?.ResponseParameters[`gatewayresponse.header.${name}`];
    expect(headerOf('AUTHORIZER_FAILURE', 'Retry-After')).toBe("'5'");
    expect(headerOf('AUTHORIZER_CONFIGURATION_ERROR', 'Retry-After')).toBe("'5'");
    expect(headerOf('THROTTLED', 'Retry-After')).toBe("'1'");
    expect(headerOf('UNAUTHORIZED', 'WWW-Authenticate')).toBe(`'Bearer realm="api"'`);
    expect(headerOf('ACCESS_DENIED', 'WWW-Authenticate')).toBe('context.authorizer.challenge');
  });
});

describe('the functions', () => {
  const change = ['events:PutEvents', 'dynamodb:PutItem'];
  const schedule = [
    'iam:PassRole',
    'scheduler:CreateSchedule',
    'scheduler:DeleteSchedule',
    'scheduler:GetSchedule',
    'scheduler:UpdateSchedule',
  ];
  /** The permissions of each function, in addition to writing its log and reading the Scalekit credentials. */
  const permissions: Record<string, string[]> = {
    Authorizer: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    CreateKey: change,
    ListKeys: ['dynamodb:BatchGetItem'],
    GetKey: ['dynamodb:BatchGetItem'],
    UpdateKey: [...change, 'dynamodb:GetItem'],
    RevokeKey: change,
    RevokeKeys: change,
    RotateKey: [...change, ...schedule],
    EndOverlap: [...change, 'sqs:SendMessage'],
    RevokeLeakedKey: [...change, 'dynamodb:GetItem'],
    ScalekitWebhook: [...change, 'sqs:SendMessage'],
    ResumeWork: [...change, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  };

  /** The permission of a traced function. X-Ray's traces are not resources. */
  const tracing = '{"Action":["xray:PutTelemetryRecords","xray:PutTraceSegments"],"Effect":"Allow","Resource":"*"}';

  test('run on Node.js 24 on arm64, each with its own role and log group', () => {
    const functions = resources('AWS::Lambda::Function').map(({ Properties }) => Properties);
    expect(functions).not.toEqual([]);
    for (const { Runtime, Architectures } of functions)
      expect({ Runtime, Architectures }).toEqual({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(new Set(functions.map(({ Role }) => JSON.stringify(Role))).size).toBe(functions.length);
    expect(new Set(functions.map(({ LoggingConfig }) => JSON.stringify(LoggingConfig))).size).toBe(functions.length);
  });

  test.each(Object.keys(permissions))(
    '%s may read the Scalekit parameters and use exactly its listed permissions',
    (id) => {
      const statements = statementsOf(id);
      const actions = new Set(statements.flatMap(({ Action }) => Action as string | string[]));
      const expected = ['logs:CreateLogStream', 'logs:PutLogEvents', 'ssm:GetParameters', ...(permissions[id] ?? [])];
      expect([...actions].sort()).toEqual(expected.sort());
      const parameters = statements
        .filter(({ Action }) => Action === 'ssm:GetParameters')
        .flatMap(({ Resource }) => Resource);
      const names = parameters.map((arn) => /parameter(\/[\w/-]+)/.exec(JSON.stringify(arn))?.[1]);
      expect(names.map(String).toSorted()).toEqual([
        '/scalekit/dev/client-id',
        '/scalekit/dev/client-secret',
        '/scalekit/dev/environment-url',
        ...(id === 'ScalekitWebhook' ? ['/scalekit/dev/webhook-secret'] : []), // only this function
      ]);
    },
  );

  test('ForgetKey marks keys, and reads neither secrets nor decisions', () => {
    const actions = statementsOf('ForgetKey').flatMap(({ Action }) => Action as string | string[]);
    expect(actions.toSorted()).toEqual(['dynamodb:PutItem', 'logs:CreateLogStream', 'logs:PutLogEvents']);
  });

  test.each(['Whoami', 'OpenApi'])('%s may only write its log', (id) => {
    expect(statementsOf(id).map(({ Action }) => Action)).toEqual([['logs:CreateLogStream', 'logs:PutLogEvents']]);
  });

  test('no policy has a wildcard, and only API Gateway’s logging role has a managed policy of AWS', () => {
    for (const { Properties } of resources('AWS::IAM::Policy')) {
      const text = JSON.stringify(Properties['PolicyDocument']).replace(tracing, '');
      expect(text).not.toMatch(/"Resource":"\*"|"Action":"[a-z]*:?\*"/);
    }
    const managed = resources('AWS::IAM::Role').filter(({ Properties }) => Properties['ManagedPolicyArns']);
    expect(JSON.stringify(managed)).toContain('AmazonAPIGatewayPushToCloudWatchLogs');
    expect(managed).toHaveLength(1);
  });

  function statementsOf(id: string): { Action: unknown; Resource: unknown }[] {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'))
      .filter(([logicalId]) => new RegExp(`^(KeyRotation)?${id}RoleDefaultPolicy`).test(logicalId))
      .map(([, policy]) => policy as { Properties: Record<string, unknown> });
    expect(policies).toHaveLength(1);
    const document = policies[0]?.Properties['PolicyDocument'] as
      | { Statement: { Action: unknown; Resource: unknown }[] }
      | undefined;
    return (document?.Statement ?? []).filter((statement) => JSON.stringify(statement) !== tracing);
  }
});

describe('the decision cache', () => {
  const cached = synthesizeProduct({ decisionCacheSeconds: 300, outageGraceSeconds: 3600 });
  const find = (type: string, some: Template = template) => Object.entries(some.findResources(type));

  test('API Gateway itself caches no decision under any setting', () => {
    for (const some of [template, cached]) {
      const authorizers = find('AWS::ApiGateway::Authorizer', some);
      expect(authorizers).toHaveLength(2);
      for (const [id, { Properties }] of authorizers) expect(Properties.AuthorizerResultTtlInSeconds, id).toBe(0);
    }
  });

  test('every route with a key has the one authorizer; the former authorizer is kept for stacks that import it', () => {
    const used = find('AWS::ApiGateway::Method')
      .map(([, { Properties }]) => Properties.AuthorizerId?.Ref as string | undefined)
      .filter((id) => id !== undefined);
    expect([...new Set(used)]).toEqual([expect.stringMatching(/^CustomerApiKeyAuthorizer/)]);
    expect(JSON.stringify(template.toJSON()['Outputs'])).toMatch(/CustomerApiDataAuthorizer/);
  });

  test('every deployment has one table, on demand, without a backup, whose items expire', () => {
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: Match.absent(),
    });
  });

  test('each role may access only its own items, and only by partition key', () => {
    for (const some of [template, cached]) {
      const statements = find('AWS::IAM::Policy', some).flatMap(([id, { Properties }]) =>
        (Properties.PolicyDocument.Statement as { Action: string | string[]; Condition?: unknown }[])
          .filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'))
          .map((statement) => ({ id, ...statement })),
      );
      expect(statements.length).toBeGreaterThan(8);
      for (const { id, Action, Condition } of statements) {
        for (const action of [Action].flat())
          expect(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'], id).toContain(action);
        expect(Condition, id).toEqual({
          'ForAllValues:StringLike': {
            'dynamodb:LeadingKeys': expect.arrayContaining([expect.stringMatching(/^\w+#\*$/)]),
          },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        });
        const writesDecisions =
          [Action].flat().includes('dynamodb:PutItem') && JSON.stringify(Condition).includes('hash#');
        expect(writesDecisions && !id.startsWith('Authorizer'), `${id} could forge a decision`).toBe(false);
      }
    }
  });

  test('only the authorizer knows the settings of the cache', () => {
    for (const [id, { Properties }] of find('AWS::Lambda::Function', cached)) {
      const { Variables = {} } = Properties.Environment ?? {};
      expect('DECISION_CACHE_SECONDS' in Variables || 'OUTAGE_GRACE_SECONDS' in Variables, id).toBe(
        id.startsWith('Authorizer'),
      );
    }
  });

  test('its alarms exist only when it is on', () => {
    const ringing = (some: Template) => Object.keys(some.findResources('AWS::CloudWatch::Alarm')).join(' ');
    for (const alarm of ['CacheReadFailures', 'CacheWriteFailures', 'GraceUses']) {
      expect(ringing(cached)).toContain(alarm);
      expect(ringing(template)).not.toContain(alarm);
    }
    for (const some of [template, cached]) expect(ringing(some)).toContain('MarkFailures');
  });
});

describe('the operators’ API', () => {
  const methods = resources('AWS::ApiGateway::Method', 'OperatorApi').map(({ Properties }) => Properties);

  test('requires AWS IAM on every method, has every key route with the same function, and alone forgets keys', () => {
    const functionOf = (properties: Record<string, unknown>) =>
      /\{"Fn::GetAtt":\["(\w+)","Arn"\]\}/.exec(JSON.stringify(properties['Integration']))?.[1];
    const routesOf = (api: string) =>
      Object.entries(template.findResources('AWS::ApiGateway::Method'))
        .filter(([id, { Properties }]) => id.startsWith(api) && Properties.HttpMethod !== 'OPTIONS')
        .map(([, { Properties }]) => `${Properties.HttpMethod} ${functionOf(Properties)}`)
        .filter((route) => !/Whoami|OpenApi|RevokeLeakedKey|ScalekitWebhook/.test(route))
        .sort();
    expect(methods).not.toEqual([]);
    for (const { AuthorizationType } of methods) expect(AuthorizationType).toBe('AWS_IAM');
    const forget = routesOf('OperatorApi').filter((route) => route.includes('ForgetKey'));
    expect(forget).toHaveLength(1);
    expect(routesOf('OperatorApi')).toEqual([...routesOf('CustomerApi'), ...forget].sort());
  });

  test('answers no refusal with 401 or 404, and each is a problem without CORS', () => {
    const responses = resources('AWS::ApiGateway::GatewayResponse', 'OperatorApi').map(({ Properties }) => Properties);
    expect(responses).toHaveLength(21);
    for (const { StatusCode, ResponseParameters, ResponseTemplates } of responses) {
      const body = (ResponseTemplates as Record<string, string>)['application/json'] ?? '';
      const { type, status } = JSON.parse(body);
      expect({ type, status }).toEqual({ type: 'about:blank', status: Number(StatusCode ?? 403) });
      expect([401, 404]).not.toContain(status);
      expect(JSON.stringify(ResponseParameters)).not.toContain('Access-Control');
    }
  });

  test('has a policy for all organizations, and a policy for the organization in the operator’s tag', () => {
    const policies = resources('AWS::IAM::ManagedPolicy').map(({ Properties }) => JSON.stringify(Properties));
    expect(policies).toHaveLength(2);
    for (const method of ['DELETE', 'GET', 'PATCH', 'POST']) {
      expect(policies[0]).toContain(`/v1/${method}/organizations/*/*`);
      expect(policies[1]).toContain(`/v1/${method}/organizations/\${aws:PrincipalTag/organizationId}/*`);
    }
    expect(policies.join()).not.toContain('/v1/*'); // its wildcard would match slashes
    for (const output of ['OperatorApiUrl', 'OperatorPolicyArn', 'OrganizationOperatorPolicyArn'])
      template.hasOutput(output, { Value: Match.anyValue() });
  });

  test('is deployed only after API Gateway may log', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage')).filter(({ Properties }) =>
      JSON.stringify(Properties).includes('OperatorApi'),
    );
    expect(stage?.['DependsOn']).toEqual(expect.arrayContaining([expect.stringMatching(/^CustomerApiAccount/)]));
  });
});

test('the audit record is a bus and an archive that outlive the stack', () => {
  for (const type of ['AWS::Events::EventBus', 'AWS::Events::Archive']) {
    const found = Object.values(template.findResources(type));
    expect(found).toMatchObject([{ DeletionPolicy: 'RetainExceptOnCreate' }]);
  }
  template.hasOutput('AuditEventBusName', { Value: Match.anyValue() });
});

describe('rotation', () => {
  test('the scheduler’s role trusts only this account’s schedules of this group', () => {
    const [role] = resources('AWS::IAM::Role', 'SchedulerRole');
    expect(role?.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::GetAtt': [expect.stringContaining('Schedules'), 'Arn'] },
            },
          },
        },
      ],
    });
  });

  test('the scheduler’s role may invoke one function and leave dead letters in one queue', () => {
    const [policy] = resources('AWS::IAM::Policy', 'SchedulerRole');
    expect(policy?.Properties['PolicyDocument']).toMatchObject({
      Statement: [
        { Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': [expect.stringContaining('EndOverlap'), 'Arn'] } },
        { Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [expect.stringContaining('DeadLetters'), 'Arn'] } },
      ],
    });
  });

  test('dead letters outlive the stack and are accepted only over TLS', () => {
    const [queue] = Object.values(template.findResources('AWS::SQS::Queue'));
    expect(queue).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', Properties: { SqsManagedSseEnabled: true } });
    expect(JSON.stringify(resources('AWS::SQS::QueuePolicy'))).toContain('"aws:SecureTransport":"false"');
  });

  test('work in the queue is retried for hours by one function, then becomes a dead letter', () => {
    const [id, queue] = Object.entries(template.findResources('AWS::SQS::Queue', {})).find(([name]) =>
      name.startsWith('WorkQueue'),
    ) as [string, { DeletionPolicy: string; Properties: Record<string, never> }];
    const { VisibilityTimeout, RedrivePolicy, SqsManagedSseEnabled, MessageRetentionPeriod } = queue.Properties;
    const { maxReceiveCount, deadLetterTargetArn } = RedrivePolicy as unknown as Record<string, number>;
    expect({ ...queue, SqsManagedSseEnabled }).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      SqsManagedSseEnabled: true,
    });
    expect(deadLetterTargetArn).toEqual({ 'Fn::GetAtt': [expect.stringContaining('DeadLetters'), 'Arn'] });
    const triedForSeconds = Number(VisibilityTimeout) * Number(maxReceiveCount);
    expect(triedForSeconds).toBeGreaterThan(8 * 3600);
    expect(Number(MessageRetentionPeriod)).toBeGreaterThan(triedForSeconds);
    const [worker] = resources('AWS::Lambda::Function', 'ResumeWork');
    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Number(worker?.Properties['Timeout']));
    expect(resources('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties)).toEqual([
      {
        BatchSize: 1,
        EventSourceArn: { 'Fn::GetAtt': [id, 'Arn'] },
        FunctionName: { Ref: expect.stringMatching(/^ResumeWork/) },
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    ]);
    const policies = resources('AWS::SQS::QueuePolicy').map(({ Properties }) => JSON.stringify(Properties));
    expect(policies).toHaveLength(2);
    for (const policy of policies) expect(policy).toContain('"aws:SecureTransport":"false"');
  });
});

test('every log group has a retention and outlives the stack', () => {
  const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
  expect(groups).not.toEqual([]);
  for (const group of groups) {
    expect(group['Properties']).toMatchObject({ RetentionInDays: 90 });
    expect(group['DeletionPolicy']).toBe('RetainExceptOnCreate');
  }
});

test('the template contains no secret, and asks CloudFormation for none', () => {
  const text = JSON.stringify(template.toJSON());
  expect(text).not.toContain('resolve:ssm');
  expect(text).not.toContain('AWS::SSM::Parameter"');
  expect(text).not.toMatch(/SCALEKIT_CLIENT_SECRET|SCALEKIT_CLIENT_ID|SCALEKIT_ENVIRONMENT_URL/);
});

test('the stack has the URL of the API as an output', () => {
  template.hasOutput('ApiUrl', { Value: Match.anyValue() });
});

describe('config', () => {
  test('reaches the resources that use it', () => {
    const configured = synthesizeProduct({
      stage: 'prod',
      corsAllowOrigin: 'https://app.example.com',
      logRetentionDays: '30',
      scalekitDeadlineMs: 1000,
    });
    configured.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          SCALEKIT_PARAMETER_PATH: '/scalekit/prod',
          CORS_ALLOW_ORIGIN: 'https://app.example.com',
          SCALEKIT_DEADLINE_MS: '1000',
        },
      },
    });
    configured.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    configured.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseParameters: Match.objectLike({
        'gatewayresponse.header.Access-Control-Allow-Origin': "'https://app.example.com'",
      }),
    });
  });

  test.each([
    [{ stage: 'Prod!' }, /stage="Prod!" is not allowed: use 1 to 20 lower-case letters/],
    [{ logRetentionDays: 31 }, /logRetentionDays=31 is not allowed: use one of 1, 3, 5, 7, 14, 30/],
    [{ corsAllowOrigin: 'app.example.com' }, /corsAllowOrigin="app.example.com" is not allowed: use \* or one origin/],
    [{ scalekitDeadlineMs: 'soon' }, /scalekitDeadlineMs="soon" is not allowed/],
    [{ decisionCacheSeconds: 3601 }, /decisionCacheSeconds=3601 is not allowed: use a whole number of seconds from 0/],
    [{ outageGraceSeconds: 43_201, decisionCacheSeconds: 1 }, /outageGraceSeconds=43201 is not allowed/],
    [{ outageGraceSeconds: 60 }, /outageGraceSeconds needs decisionCacheSeconds/],
    [{ maxKeysPerUser: 1001 }, /maxKeysPerUser=1001 is not allowed: use a whole number from 0/],
    [{ authorizerTtlSeconds: 0 }, /authorizerTtlSeconds is no longer a setting: use decisionCacheSeconds/],
  ])('%o fails the synthesis with the allowed values', (context, message) => {
    expect(() => synthesizeProduct(context)).toThrow(message);
  });
});
