import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { eventSource } from '../shared/deployment.ts';
import type { ApiFunction } from './lambda/api-function.ts';

/** The record of every change of a key: an event bus, to put rules on, and its archive. */
export class AuditTrail extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'ApiKey Created, Updated, Rotated, Revoked' });
    this.bus.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    const archive = this.bus.archive('Archive', {
      description: 'Every change of an API key',
      eventPattern: { source: [eventSource] },
      retention: Duration.days(0), // forever
    });
    archive.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }

  /** Lets a function put events on the bus, and nothing else. */
  grantRecord(recorder: ApiFunction): void {
    recorder.addEnvironment('AUDIT_EVENT_BUS', this.bus.eventBusName);
    recorder.addToRolePolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }));
  }
}
