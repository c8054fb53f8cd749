import { z } from 'zod';
import type { ManagedPolicy, NamedPolicy, PolicyDocument, Role } from './model.ts';
import { PolicySchema } from './policies.ts';
import type { Stack } from './stack.ts';

const RoleProperties = z.object({
  AssumeRolePolicyDocument: PolicySchema,
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z.array(z.object({ PolicyName: z.string(), PolicyDocument: PolicySchema })).default([]),
});

const PolicyProperties = z.object({ PolicyDocument: PolicySchema, Roles: z.array(z.string()).default([]) });

const PermissionProperties = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceAccount: z.string().optional(),
  SourceArn: z.string().optional(),
});

/** The AWS managed policies that the runtime knows. */
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

/** Reads the roles of a stack with all policies that are attached to them; `warn` names an unknown policy. */
export function readRoles(stack: Stack, warn: (line: string) => void): Role[] {
  const managed = readManagedPolicies(stack);
  const attached = [...attachable(stack, 'AWS::IAM::Policy'), ...attachable(stack, 'AWS::IAM::ManagedPolicy')];
  return stack.resources('AWS::IAM::Role').map((resource) => {
    const { logicalId, id: name } = resource;
    const properties = RoleProperties.parse(resource.properties);
    const policies: NamedPolicy[] = [
      ...properties.Policies.map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, document: PolicyDocument })),
      ...attached.filter(({ roles }) => roles.includes(name)).map(({ policy }) => policy),
    ];
    for (const arn of properties.ManagedPolicyArns) {
      const document = awsManagedPolicies[arn] ?? managed.find((policy) => policy.arn === arn)?.document;
      if (document) policies.push({ name: arn, document });
      else warn(`AWS::IAM::Role ${logicalId}: the managed policy ${arn} is not known locally`);
    }
    return { name, arn: stack.arn(resource), trustPolicy: properties.AssumeRolePolicyDocument, policies };
  });
}

/** Reads the managed policies of a stack. */
export function readManagedPolicies(stack: Stack): ManagedPolicy[] {
  return attachable(stack, 'AWS::IAM::ManagedPolicy').map(({ id: arn, policy }) => ({ ...policy, arn }));
}

function attachable(stack: Stack, type: 'AWS::IAM::Policy' | 'AWS::IAM::ManagedPolicy') {
  return stack.resources(type).map(({ logicalId, id, properties }) => {
    const { PolicyDocument, Roles } = PolicyProperties.parse(properties);
    return { id, policy: { name: logicalId, document: PolicyDocument }, roles: Roles };
  });
}

/** Reads a function's resource policy, which lets other principals invoke it. */
export function readFunctionPolicy(stack: Stack, fn: { readonly arn: string; readonly name: string }): PolicyDocument {
  const Statement = stack
    .resources('AWS::Lambda::Permission')
    .map(({ logicalId, properties }) => ({ logicalId, ...PermissionProperties.parse(properties) }))
    .filter(({ FunctionName }) => FunctionName === fn.arn || FunctionName === fn.name)
    .map(({ logicalId, Action, Principal, SourceAccount, SourceArn }) => ({
      Sid: logicalId,
      Effect: 'Allow' as const,
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
