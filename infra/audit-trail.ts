import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { eventSource } from '../shared/deployment.ts';
import type { ApiFunction } from './lambda/api-function.ts';

interface AuditTrailProps {
  /** The bus of your own; `undefined` for a new one. */
  readonly eventBus: IEventBus | undefined;
  /** Keep every event of a new bus for ever. */
  readonly archived: boolean;
}

/** The record of every change of a key: an event bus, to put rules on, and its archive. */
export class AuditTrail extends Construct {
  readonly bus: IEventBus;

  constructor(scope: Construct, id: string, { eventBus, archived }: AuditTrailProps) {
    super(scope, id);
    this.bus = eventBus ?? this.#newBus(archived);
  }

  #newBus(archived: boolean): IEventBus {
    const bus = new EventBus(this, 'Bus', {
      description: 'ApiKey Created, Updated, Suspended, Resumed, Rotated, Revoked',
    });
    bus.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    if (!archived) return bus as IEventBus;
    const archive = bus.archive('Archive', {
      description: 'Every change of an API key',
      eventPattern: { source: [eventSource] },
      retention: Duration.days(0), // forever
    });
    archive.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return bus as IEventBus;
  }

  /** Lets a function put events on the bus, and nothing else. */
  grantRecord(recorder: ApiFunction): void {
    recorder.addEnvironment('AUDIT_EVENT_BUS', this.bus.eventBusName);
    recorder.addToRolePolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }));
  }
}
