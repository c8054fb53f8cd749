import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Config } from './config.ts';
import type { ApiFunction } from './lambda/api-function.ts';

/**
 * The table of the decision cache: decisions that may be reused, and the marks that end them. Every deployment has it, because
 * changes write marks under any settings. It holds no plain key. It has no backup: a restored decision may be one that has ended.
 */
export class DecisionTable extends Construct {
  readonly table: Table;
  readonly #config: Config;

  constructor(scope: Construct, id: string, { config }: { readonly config: Config }) {
    super(scope, id);
    this.#config = config;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(this.table, {
      id: 'AwsSolutions-DDB3',
      reason: 'A backup could restore a decision that has ended.',
    });
  }

  /** Lets the authorizer read and store decisions, and sets how long they may be used. */
  grantDecide(authorizer: ApiFunction): void {
    const { decisionCacheSeconds, outageGraceSeconds } = this.#config;
    authorizer.addEnvironment('DECISION_TABLE', this.table.tableName);
    authorizer.addEnvironment('DECISION_CACHE_SECONDS', String(decisionCacheSeconds));
    authorizer.addEnvironment('OUTAGE_GRACE_SECONDS', String(outageGraceSeconds));
    const isCaching = decisionCacheSeconds > 0;
    this.#allow(authorizer, 'GetItem', isCaching ? ['hash', 'used'] : ['used']);
    this.#allow(authorizer, 'PutItem', isCaching ? ['decision', 'hash', 'used'] : ['used']);
    if (isCaching) this.#allow(authorizer, 'BatchGetItem', ['decision', 'ended']);
  }

  /** Lets a function that ends or changes keys mark them, but not read decisions. */
  grantMark(changer: ApiFunction): void {
    changer.addEnvironment('DECISION_TABLE', this.table.tableName);
    this.#allow(changer, 'PutItem', ['decision', 'ended']);
  }

  /** Lets the function that changes keys record suspensions, so that no other change undoes one. */
  grantSuspend(changer: ApiFunction): void {
    this.#allow(changer, 'GetItem', ['suspension']);
    this.#allow(changer, 'PutItem', ['suspension']);
  }

  /** Lets the function that revokes leaked keys find the id of a key that Scalekit no longer knows. */
  grantFindId(changer: ApiFunction): void {
    this.#allow(changer, 'GetItem', ['hash']);
  }

  /** Lets a function that shows keys read when they were last used. */
  grantReadUses(reader: ApiFunction): void {
    reader.addEnvironment('DECISION_TABLE', this.table.tableName);
    this.#allow(reader, 'BatchGetItem', ['used']);
  }

  /** `ForAllValues` is true for a request without a partition key, so `Null` requires one. */
  #allow(to: ApiFunction, operation: 'GetItem' | 'BatchGetItem' | 'PutItem', prefixes: readonly string[]): void {
    to.addToRolePolicy(
      new PolicyStatement({
        actions: [`dynamodb:${operation}`],
        resources: [this.table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}#*`) },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
    );
  }
}
