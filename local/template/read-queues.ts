import { z } from 'zod';
import type { Template } from './assembly.ts';
import type { IntrinsicResolver } from './intrinsics.ts';
import type { Queue } from './model.ts';
import { resourcesOf } from './resources.ts';

const QueuePolicyProperties = z.object({
  Queues: z.array(z.string()),
  PolicyDocument: z.looseObject({ Statement: z.array(z.looseObject({})) }),
});

/** Reads the SQS queues of a template, each with its policy. */
export function readQueues(template: Template, resolver: IntrinsicResolver): Queue[] {
  const policies = resourcesOf(template, resolver, 'AWS::SQS::QueuePolicy').map(([, properties]) =>
    QueuePolicyProperties.parse(properties),
  );
  return resourcesOf(template, resolver, 'AWS::SQS::Queue').map(([logicalId]) => ({
    logicalId,
    arn: String(resolver.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
    resourcePolicy: policies.find(({ Queues }) => Queues.includes(resolver.physicalId(logicalId)))?.PolicyDocument,
  }));
}

/** Reads the names of the EventBridge Scheduler groups of a template. */
export function readScheduleGroups(template: Template, resolver: IntrinsicResolver): string[] {
  return resourcesOf(template, resolver, 'AWS::Scheduler::ScheduleGroup').map(([logicalId]) =>
    resolver.physicalId(logicalId),
  );
}
