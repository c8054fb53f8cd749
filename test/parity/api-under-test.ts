import { once } from 'node:events';
import { connect } from 'node:net';
import { Gateway } from '../../local/gateway/gateway.ts';
import { Iam } from '../../local/iam/iam.ts';
import { LambdaService } from '../../local/lambda/lambda-service.ts';
import { parseTemplate } from '../../local/template/assembly.ts';
import type { RestApi } from '../../local/template/model.ts';
import { readModel } from '../../local/template/read-model.ts';

type Properties = Record<string, unknown>;

/** A short description of the REST API for one case. */
export interface ApiSetUp {
  /** `METHOD /path` → the body of an async handler that is given `event`, or the properties of an integration. */
  readonly routes: Readonly<Record<string, string | Properties>>;
  /** The body of the authorizer's async handler; makes every route `CUSTOM`. */
  readonly authorizer?: string;
  readonly authorizerProperties?: Properties;
  /** Seconds. */
  readonly authorizerTimeout?: number;
  /** Seconds. */
  readonly functionTimeout?: number;
  readonly gatewayResponses?: Readonly<Record<string, Properties>>;
  readonly api?: Properties;
  readonly stage?: Properties;
  readonly integration?: Properties;
}

/** The response, with header names as sent. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  header(name: string): string | undefined;
}

/** A gateway that serves an {@link ApiSetUp}. */
export interface ApiUnderTest {
  readonly model: RestApi;
  readonly warnings: readonly string[];
  /** The number of runs of the authorizer. */
  authorizerInvocations(): number;
  functionInvocations(): number;
  /** Sends a request; `target` is `METHOD /path`, where the path starts with the stage `/test`. */
  send(target: string, headers?: readonly (readonly [string, string])[], body?: string | Buffer): Promise<Answer>;
  close(): Promise<void>;
}

const stage = 'test';

const lambdaTrust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

function templateOf(setUp: ApiSetUp): unknown {
  const resources: Record<string, { Type: string; Properties: Properties }> = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api', ...setUp.api } },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: lambdaTrust } },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: stage, ...setUp.stage },
    },
  };
  const addFunction = (id: string, code: string, timeout = 5) => {
    const ZipFile = `exports.handler = async (event) => { ${code} };`;
    resources[id] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { ZipFile },
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Runtime: 'nodejs24.x',
        Timeout: timeout,
        MemorySize: 256,
      },
    };
    resources[`${id}Permission`] = {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [id, 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
      },
    };
  };
  const uri = (id: string) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${id}.Arn}/invocations`,
  });
  if (setUp.authorizer !== undefined) {
    addFunction('Authorizer', setUp.authorizer, setUp.authorizerTimeout);
    const IdentitySource = 'method.request.header.Authorization';
    resources['KeyAuthorizer'] = {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId: { Ref: 'Api' },
        Type: 'REQUEST',
        AuthorizerUri: uri('Authorizer'),
        IdentitySource,
        ...setUp.authorizerProperties,
      },
    };
  }
  const resourceIds: Record<string, unknown> = { '': { 'Fn::GetAtt': ['Api', 'RootResourceId'] } };
  const resourceOf = (path: string): unknown => {
    if (path in resourceIds) return resourceIds[path];
    const cut = path.lastIndexOf('/');
    const id = `Resource${Object.keys(resourceIds).length}`;
    resourceIds[path] = { Ref: id };
    const Properties = {
      RestApiId: { Ref: 'Api' },
      ParentId: resourceOf(path.slice(0, cut)),
      PathPart: path.slice(cut + 1),
    };
    resources[id] = { Type: 'AWS::ApiGateway::Resource', Properties };
    return resourceIds[path];
  };
  for (const [index, [route, target]] of Object.entries(setUp.routes).entries()) {
    const [HttpMethod = '', path = ''] = route.split(' ');
    if (typeof target === 'string') addFunction(`Function${index}`, target, setUp.functionTimeout);
    const lambda = {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      Uri: uri(`Function${index}`),
      ...setUp.integration,
    };
    resources[`Method${index}`] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: resourceOf(path === '/' ? '' : path),
        HttpMethod,
        ...(setUp.authorizer === undefined
          ? { AuthorizationType: 'NONE' }
          : { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'KeyAuthorizer' } }),
        Integration: typeof target === 'string' ? lambda : target,
      },
    };
  }
  for (const [ResponseType, properties] of Object.entries(setUp.gatewayResponses ?? {})) {
    resources[`Response${ResponseType.replace(/\W|_/g, '')}`] = {
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: { RestApiId: { Ref: 'Api' }, ResponseType, ...properties },
    };
  }
  return { Resources: resources };
}

export async function startApi(setUp: ApiSetUp): Promise<ApiUnderTest> {
  const { apis, functions, roles, warnings } = readModel([
    { name: 'case', folder: '/', template: parseTemplate(templateOf(setUp)) },
  ]);
  const model = apis[0];
  if (!model) throw new Error(`no API in the template: ${warnings.join(', ')}`);
  const iam = new Iam(roles);
  const lambda = await LambdaService.deploy(functions, {}, iam, () => {});
  const gateway = new Gateway({ api: model, lambda, iam, usage: { count: () => undefined }, onAccess: () => {} });
  const port = Number(new URL(await gateway.listen(0)).port);
  const invocations = (isAuthorizer: boolean) =>
    Object.entries(lambda.metrics())
      .filter(([id]) => (id === 'Authorizer') === isAuthorizer)
      .reduce((sum, [, metrics]) => sum + metrics.invocations, 0);
  return {
    model,
    warnings,
    authorizerInvocations: () => invocations(true),
    functionInvocations: () => invocations(false),
    send: (target, headers = [], body = '') => sendRaw(port, target, headers, body),
    async close() {
      await gateway.close();
      await lambda.close();
    },
  };
}

/** Sends a request byte for byte, so that no client changes its path or headers. */
async function sendRaw(
  port: number,
  target: string,
  headers: readonly (readonly [string, string])[],
  body: string | Buffer,
): Promise<Answer> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const bytes = Buffer.from(body);
  const host = headers.some(([name]) => name.toLowerCase() === 'host') ? [] : [['Host', 'api.example'] as const];
  const length = bytes.length > 0 ? [['Content-Length', String(bytes.length)] as const] : [];
  const fields = [...host, ...headers, ...length, ['Connection', 'close'] as const];
  socket.write(
    `${target} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    'latin1',
  );
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  const answer = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const received = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(':')),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: received,
    body: rest.join('\r\n\r\n'),
    header: (name) => {
      const values = received.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
      return values.length > 0 ? values.join(', ') : undefined;
    },
  };
}
