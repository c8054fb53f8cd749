import { Construct } from 'constructs';
import { portalLinksPath, portalPath } from '../shared/deployment.ts';
import type { Config } from './config.ts';
import type { CustomerApi } from './customer-api/customer-api.ts';
import { type Grants, limitNewKeys } from './deployed-functions.ts';
import { allowItems, itemTable } from './item-table.ts';
import type { Permission } from './key-functions.ts';
import { ApiFunction } from './lambda/api-function.ts';
import type { OperatorApi } from './operator-api/operator-api.ts';

/** The limit of the pages and of their forms, for all people together. */
const limit = { ratePerSecond: 50, burst: 100 };

/** The page does what the functions of the API do, in one. */
const pageMay = [
  'scalekit',
  'record',
  'mark',
  'suspend',
  'readUses',
  'readEnded',
  'readPlan',
  'schedule',
  'remind',
] as const satisfies readonly Permission[];

interface PortalProps {
  /** Distinguishes this deployment's metrics from others in the account. */
  readonly deployment: string;
  readonly config: Config;
  readonly customers: CustomerApi;
  readonly operators: OperatorApi;
  readonly grants: Grants;
}

/** The page on which customers manage their keys, the route on which operators make links to it, and their table. */
export class Portal extends Construct {
  /** Serves every page. */
  readonly function: ApiFunction;

  constructor(scope: Construct, id: string, { deployment, config, customers, operators, grants }: PortalProps) {
    super(scope, id);
    const table = itemTable(this, 'A backup could restore a link that was used, or a session that has ended.');
    this.function = new ApiFunction(this, 'Page', { entry: 'portal', timeoutSeconds: 28, config }); // it rotates keys
    const links = new ApiFunction(this, 'Links', { entry: 'create-portal-link', config });
    for (const one of [this.function, links]) {
      one.addEnvironment('METRICS_DEPLOYMENT', deployment);
      one.addEnvironment('PORTAL_TABLE', table.tableName);
    }
    for (const permission of pageMay) grants[permission](this.function);
    grants.scalekit(links);
    limitNewKeys(this.function, config);
    if (config.productName !== undefined) this.function.addEnvironment('PRODUCT_NAME', config.productName);
    allowItems(this.function, table, 'GetItem', ['link', 'session']);
    allowItems(this.function, table, 'PutItem', ['link', 'session', 'form']);
    links.addEnvironment('PORTAL_URL', `${customers.url}${portalPath}`);
    if (config.scopes !== undefined) links.addEnvironment('SCOPES', config.scopes);
    allowItems(links, table, 'PutItem', ['link']);
    customers.openRoute(`GET ${portalPath}/{page}`, this.function, 'showPortal', limit);
    customers.openRoute(`POST ${portalPath}/{page}`, this.function, 'sendPortalForm', limit);
    operators.keyRoute(`POST ${portalLinksPath}`, links, 'createPortalLink', false);
  }
}
