import { expect, test } from 'vitest';
import { parseTemplate } from '../../local/template/assembly.ts';
import { readModel } from '../../local/template/read-model.ts';
import { Stack } from '../../local/template/stack.ts';

const Resources = {
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { ZipFile: '' },
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Runtime: 'nodejs24.x',
    },
  },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      },
    },
  },
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: {} },
  Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' } },
};
const resolver = () =>
  new Stack({
    name: 'stack',
    folder: '/',
    template: parseTemplate({ Parameters: { P: { Default: 'p' } }, Resources }),
  });
const warningsOf = (more: object) =>
  readModel([{ name: 'stack', folder: '/', template: parseTemplate({ Resources: { ...Resources, ...more } }) }])
    .warnings;

test.each([
  ['Ref to a parameter', { Ref: 'P' }, 'p'],
  ['Ref to a stage', { Ref: 'Stage' }, 'v1'],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
  ['GetAtt', { 'Fn::GetAtt': ['Function', 'Arn'] }, 'arn:aws:lambda:us-east-1:123456789012:function:stack-Function'],
  [
    'GetAtt as one string',
    { 'Fn::GetAtt': 'Function.Arn' },
    'arn:aws:lambda:us-east-1:123456789012:function:stack-Function',
  ],
  ['Join of intrinsics', { 'Fn::Join': ['-', ['a', { Ref: 'P' }]] }, 'a-p'],
  ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b'] }] }, 'b'],
  [
    'Sub',
    { 'Fn::Sub': '${P}/${AWS::Region}/${!P}/${Function.Arn}' },
    'p/us-east-1/${P}/arn:aws:lambda:us-east-1:123456789012:function:stack-Function',
  ],
  ['Sub with variables', { 'Fn::Sub': ['${x}${P}', { x: { Ref: 'Stage' } }] }, 'v1p'],
  ['an intrinsic deep inside', { a: [{ b: { Ref: 'P' } }] }, { a: [{ b: 'p' }] }],
])('resolves %s', (_what, value, expected) => {
  expect(resolver().resolve(value)).toEqual(expected);
});

test('names an intrinsic that it cannot resolve', () => {
  const unsure = resolver();
  unsure.resolve({ 'Fn::ImportValue': 'x' });
  unsure.resolve({ Ref: 'Nowhere' });
  expect([...unsure.unresolved]).toEqual(['Fn::ImportValue "x"', 'Ref "Nowhere"']);
});

test('a template that is fully served causes no warning', () => {
  expect(warningsOf({})).toEqual([]);
});

test.each([
  [
    'an unknown resource type',
    { Bucket: { Type: 'AWS::S3::Bucket' } },
    'AWS::S3::Bucket Bucket: this resource type is not served locally',
  ],
  [
    'an unknown property',
    {
      Other: {
        Type: 'AWS::Lambda::Function',
        Properties: { ...Resources.Function.Properties, SnapStart: 1 },
      },
    },
    'AWS::Lambda::Function Other: SnapStart has no effect locally',
  ],
  [
    'method settings',
    {
      Other: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: { ...Resources.Stage.Properties, MethodSettings: [{ CachingEnabled: true }] },
      },
    },
    'AWS::ApiGateway::Stage Other: MethodSettings.CachingEnabled has no effect locally',
  ],
  [
    'an authorization that it cannot check',
    {
      M: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId: { Ref: 'Api' },
          ResourceId: 'r',
          HttpMethod: 'GET',
          AuthorizationType: 'COGNITO_USER_POOLS',
          Integration: { Type: 'MOCK' },
        },
      },
    },
    'AWS::ApiGateway::Method M: GET / is not served',
  ],
  [
    'an integration that it cannot call',
    {
      M: {
        Type: 'AWS::ApiGateway::Method',
        Properties: { RestApiId: { Ref: 'Api' }, ResourceId: 'r', HttpMethod: 'GET', Integration: { Type: 'HTTP' } },
      },
    },
    'AWS::ApiGateway::Method M: integration type HTTP is not served locally',
  ],
  [
    'a function without a local bundle',
    {
      Other: {
        Type: 'AWS::Lambda::Function',
        Properties: { ...Resources.Function.Properties, Code: { S3Bucket: 'b', S3Key: 'k' } },
      },
    },
    'AWS::Lambda::Function Other: has no local bundle, so its invocations fail',
  ],
  [
    'a container image',
    {
      Other: {
        Type: 'AWS::Lambda::Function',
        Properties: { Code: { ImageUri: 'x' }, PackageType: 'Image', Role: Resources.Function.Properties.Role },
      },
    },
    'AWS::Lambda::Function Other: is a container image, so its invocations fail',
  ],
  [
    'a role that the account has already',
    {
      Other: {
        Type: 'AWS::Lambda::Function',
        Properties: { ...Resources.Function.Properties, Role: 'arn:aws:iam::123456789012:role/company' },
      },
    },
    'its role arn:aws:iam::123456789012:role/company is in no template, so it runs without permissions',
  ],
  [
    'a member of a resource policy that it does not evaluate',
    {
      Other: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: {
          Policy: { Statement: { Effect: 'Deny', Principal: '*', NotAction: 'execute-api:Invoke', Resource: '*' } },
        },
      },
      OtherStage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Other' }, StageName: 'v1' } },
    },
    'AWS::ApiGateway::RestApi Other: NotAction in its Policy is not evaluated',
  ],
  [
    'another runtime',
    {
      Other: { Type: 'AWS::Lambda::Function', Properties: { ...Resources.Function.Properties, Runtime: 'nodejs22.x' } },
    },
    'Runtime is nodejs22.x',
  ],
])('names %s in a warning', (_what, more, warning) => {
  expect(warningsOf(more).join('\n')).toContain(warning);
});

test('a parameter without a default causes a warning, but the runtime starts', () => {
  const Environment = { Variables: { LEVEL: { Ref: 'Level' } } };
  const leveled = { ...Resources.Function, Properties: { ...Resources.Function.Properties, Environment } };
  const template = parseTemplate({
    Parameters: { Level: { Type: 'String' } },
    Resources: { ...Resources, Function: leveled },
  });
  const { warnings } = readModel([{ name: 'stack', folder: '/', template }]);
  expect(warnings).toEqual(['stack: cannot resolve Ref "Level"']);
});
