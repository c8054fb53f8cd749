import { z } from 'zod';
import type { Template } from './assembly.ts';
import type { IntrinsicResolver } from './intrinsics.ts';
import type { ManagedPolicy, NamedPolicy, PolicyDocument, Role } from './model.ts';
import { resourcesOf } from './resources.ts';

const Document = z.looseObject({ Statement: z.array(z.looseObject({})) });

const RoleProperties = z.object({
  AssumeRolePolicyDocument: Document,
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z.array(z.object({ PolicyName: z.string(), PolicyDocument: Document })).default([]),
});

const PolicyProperties = z.object({ PolicyDocument: Document, Roles: z.array(z.string()).default([]) });

const PermissionProperties = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceAccount: z.string().optional(),
  SourceArn: z.string().optional(),
});

/** The policies of AWS's own that the runtime knows. */
const awsManagedPolicies: Readonly<Record<string, PolicyDocument>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    ],
  },
  'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs': {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'logs:CreateLogGroup',
          'logs:CreateLogStream',
          'logs:DescribeLogGroups',
          'logs:DescribeLogStreams',
          'logs:FilterLogEvents',
          'logs:GetLogEvents',
          'logs:PutLogEvents',
        ],
        Resource: '*',
      },
    ],
  },
};

/** Reads the roles of a template with all policies that are attached to them; an unknown one is told to `warn`. */
export function readRoles(template: Template, resolver: IntrinsicResolver, warn: (line: string) => void): Role[] {
  const managed = readManagedPolicies(template, resolver);
  const attached = resourcesOf(template, resolver, 'AWS::IAM::Policy').map(([logicalId, properties]) => ({
    name: logicalId,
    ...PolicyProperties.parse(properties),
  }));
  return resourcesOf(template, resolver, 'AWS::IAM::Role').map(([logicalId, raw]) => {
    const properties = RoleProperties.parse(raw);
    const name = resolver.physicalId(logicalId);
    const policies: NamedPolicy[] = [
      ...properties.Policies.map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, document: PolicyDocument })),
      ...[...attached, ...managed]
        .filter(({ Roles }) => Roles.includes(name))
        .map((policy) => ({ name: policy.name, document: policy.PolicyDocument })),
    ];
    for (const arn of properties.ManagedPolicyArns) {
      const document = awsManagedPolicies[arn] ?? managed.find((policy) => policy.arn === arn)?.PolicyDocument;
      if (document) policies.push({ name: arn, document });
      else warn(`AWS::IAM::Role ${logicalId}: the managed policy ${arn} is not known locally`);
    }
    return {
      name,
      arn: String(resolver.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
      trustPolicy: properties.AssumeRolePolicyDocument,
      policies,
    };
  });
}

/** Reads the managed policies of a template. */
export function readManagedPolicies(
  template: Template,
  resolver: IntrinsicResolver,
): (ManagedPolicy & { Roles: string[]; PolicyDocument: PolicyDocument })[] {
  return resourcesOf(template, resolver, 'AWS::IAM::ManagedPolicy').map(([logicalId, raw]) => {
    const properties = PolicyProperties.parse(raw);
    return {
      name: logicalId,
      arn: resolver.physicalId(logicalId),
      document: properties.PolicyDocument,
      ...properties,
    };
  });
}

/** Reads a function's resource policy: who else may invoke it. */
export function readFunctionPolicy(
  template: Template,
  resolver: IntrinsicResolver,
  fn: { readonly arn: string; readonly name: string },
): PolicyDocument {
  const Statement = resourcesOf(template, resolver, 'AWS::Lambda::Permission')
    .map(([logicalId, raw]) => ({ logicalId, ...PermissionProperties.parse(raw) }))
    .filter(({ FunctionName }) => FunctionName === fn.arn || FunctionName === fn.name)
    .map(({ logicalId, Action, Principal, SourceAccount, SourceArn }) => ({
      Sid: logicalId,
      Effect: 'Allow',
      Principal: Principal.endsWith('.amazonaws.com') ? { Service: Principal } : { AWS: Principal },
      Action,
      Resource: fn.arn,
      Condition: {
        ...(SourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': SourceArn } }),
        ...(SourceAccount === undefined ? {} : { StringEquals: { 'aws:SourceAccount': SourceAccount } }),
      },
    }));
  return { Version: '2012-10-17', Statement };
}
