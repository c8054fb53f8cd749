import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { allowItems, itemTable } from './item-table.ts';
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
    this.table = itemTable(this, 'A backup could restore a decision that has ended.');
  }

  /** Lets the authorizer read and store decisions, and sets how long they may be used. */
  grantDecide(authorizer: ApiFunction): void {
    const { decisionCacheSeconds, outageGraceSeconds } = this.#config;
    authorizer.addEnvironment('DECISION_TABLE', this.table.tableName);
    authorizer.addEnvironment('DECISION_CACHE_SECONDS', String(decisionCacheSeconds));
    authorizer.addEnvironment('OUTAGE_GRACE_SECONDS', String(outageGraceSeconds));
    const isCaching = decisionCacheSeconds > 0;
    // A key has its plan. A token does not: its organization's is read.
    const plans = this.#config.plans !== undefined && this.#acceptsTokens ? ['plan'] : [];
    allowItems(authorizer, this.table, 'GetItem', [...(isCaching ? ['hash', 'used'] : ['used']), ...plans]);
    allowItems(authorizer, this.table, 'PutItem', isCaching ? ['decision', 'hash', 'used'] : ['used']);
    if (isCaching) allowItems(authorizer, this.table, 'BatchGetItem', ['decision', 'ended']);
  }

  /** Lets a function that ends or changes keys mark them, but not read decisions. */
  grantMark(changer: ApiFunction): void {
    changer.addEnvironment('DECISION_TABLE', this.table.tableName);
    allowItems(changer, this.table, 'PutItem', ['decision', 'ended']);
  }

  /** Lets the function that changes keys record suspensions, so that no other change undoes one. */
  grantSuspend(changer: ApiFunction): void {
    this.grantReadSuspensions(changer);
    allowItems(changer, this.table, 'PutItem', ['suspension']);
  }

  /** Lets a function find the suspensions that its change of a key may have undone. */
  grantReadSuspensions(changer: ApiFunction): void {
    allowItems(changer, this.table, 'GetItem', ['suspension']);
  }

  /** Lets the function that revokes leaked keys find the id of a key that Scalekit no longer knows. */
  grantFindId(changer: ApiFunction): void {
    allowItems(changer, this.table, 'GetItem', ['hash']);
  }

  /** Lets the page for keys read which organizations and users were ended, because their sessions end too. */
  grantReadEnded(reader: ApiFunction): void {
    reader.addEnvironment('DECISION_TABLE', this.table.tableName);
    allowItems(reader, this.table, 'BatchGetItem', ['ended']);
  }

  /** Lets a function that changes keys read what was ended, if it takes tokens, which Scalekit cannot end. */
  grantCheckTokens(changer: ApiFunction): void {
    if (this.#acceptsTokens) this.grantReadEnded(changer);
  }

  get #acceptsTokens(): boolean {
    const { acceptSessions, acceptClients } = this.#config;
    return acceptSessions !== undefined || acceptClients !== undefined;
  }

  /** Lets a function read the plans of organizations, if there are any plans. */
  grantReadPlans(reader: ApiFunction): void {
    if (this.#config.plans === undefined) return;
    reader.addEnvironment('DECISION_TABLE', this.table.tableName);
    reader.addEnvironment('PLANS', JSON.stringify(this.#config.plans));
    allowItems(reader, this.table, 'GetItem', ['plan']);
  }

  /** Lets a function change the plans of organizations. */
  grantChangePlans(changer: ApiFunction): void {
    this.grantReadPlans(changer);
    allowItems(changer, this.table, 'PutItem', ['plan']);
  }

  /** Lets a function that shows keys read when they were last used. */
  grantReadUses(reader: ApiFunction): void {
    reader.addEnvironment('DECISION_TABLE', this.table.tableName);
    allowItems(reader, this.table, 'BatchGetItem', ['used']);
  }
}
