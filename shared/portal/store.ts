import { createHash, randomBytes } from 'node:crypto';
import { type DynamoDbFailure, type DynamoDbTable, dynamoDbTable, type Item } from '../aws/dynamodb.ts';
import { msPerDay } from '../days.ts';
import { requireEnvironment } from '../environment.ts';
import { type Outage, outage } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { decodeGrant, decodeSession, type Grant, type Session } from './grant.ts';

// The table of the page for keys. It has hashes of codes and tokens, never the codes and tokens themselves. DynamoDB deletes an
// item some time after `expiresAt` (s since the epoch), so readers check `endsAt` (ms).

/** How long a session lasts. */
export const sessionMs = 3_600_000;

/** How long an ended session is known, so that its person is shown the way back. */
const rememberedMs = msPerDay;

/** How long a call may take before an operation on keys. */
const callMs = 1_000;

/** How long a call for a link may take: nothing follows, and a link works only once. */
export const linkCallMs = 3_000;

/** A session that was found. `isOver`: it has ended, and only the way back is of use. */
export interface FoundSession extends Session {
  readonly isOver: boolean;
}

/** A link that would work now. */
export interface FoundLink {
  readonly code: string;
  readonly grant: Grant;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

/** The links and sessions of the page for keys. */
export interface PortalStore {
  /** Stores a link that works once, until `endsAt` (ms). Returns its code. */
  addLink(grant: Grant, endsAt: number): Promise<Result<string, Outage>>;
  /** Finds a link that would work now. Unknown, expired and used links are the same: `undefined`. */
  findLink(code: string): Promise<Result<FoundLink | undefined, Outage>>;
  /**
   * Begins the session of a link and uses the link up. Of many that try at once one gets the session, the others `undefined`. If
   * it fails, the link may be used up.
   */
  redeem(link: FoundLink): Promise<Result<{ readonly token: string; readonly session: Session } | undefined, Outage>>;
  findSession(token: string): Promise<Result<FoundSession | undefined, Outage>>;
  /** Ends a session for good. */
  endSession(token: string): Promise<Result<void, Outage>>;
  /** Takes the number of a form. `false`: a form with this number was already sent. */
  takeForm(token: string, form: string): Promise<Result<boolean, Outage>>;
}

interface PutOptions {
  /** The condition that the existing item must meet. */
  readonly expression?: string;
  readonly values?: Item;
  readonly timeoutMs?: number;
}

/** The store in the table that `PORTAL_TABLE` names. */
export function portalStoreFromEnvironment(): PortalStore {
  return portalStore(dynamoDbTable(requireEnvironment('PORTAL_TABLE')), Date.now);
}

/** Makes the store of a table; `now` is the clock, in ms. */
function portalStore(table: DynamoDbTable, now: () => number): PortalStore {
  const { get, put } = itemsOf(table);
  return {
    async addLink(grant, endsAt) {
      const code = secret();
      const stored = await put(linkItem({ code, grant, endsAt }), { timeoutMs: linkCallMs });
      return stored.ok ? ok(code) : stored;
    },
    async findLink(code) {
      const found = await get(linkItemId(code), linkCallMs);
      if (!found.ok) return found;
      const item = found.value ?? {};
      const [grant, endsAt] = [decodeGrant(textOf(item, 'grant')), endOf(item)];
      return ok(grant && !('usedAt' in item) && endsAt > now() ? { code, grant, endsAt } : undefined);
    },
    async redeem(link) {
      const { grant } = link;
      // The session comes first: nobody has its token until the link is used up, so a session that is left over is harmless.
      const token = secret();
      const session = { sessionId: `psess_${randomBytes(12).toString('hex')}`, grant };
      const item = {
        ...itemOf(sessionItemId(token), now() + sessionMs, rememberedMs),
        session: { S: JSON.stringify(session) },
      };
      const stored = await put(item, { timeoutMs: linkCallMs });
      if (!stored.ok) return stored;
      // A call may be sent twice if its connection breaks, so the one that has used the link up may do it again.
      const usedBy = { S: session.sessionId };
      const used = await put(
        { ...linkItem(link), usedAt: { N: String(now()) }, usedBy },
        {
          expression: 'attribute_exists(id) AND endsAt > :now AND (attribute_not_exists(usedAt) OR usedBy = :usedBy)',
          values: { ':now': { N: String(now()) }, ':usedBy': usedBy },
          timeoutMs: linkCallMs,
        },
      );
      if (!used.ok) return used;
      return ok(used.value ? { token, session } : undefined);
    },
    async findSession(token) {
      const found = await get(sessionItemId(token));
      if (!found.ok) return found;
      const session = found.value && decodeSession(textOf(found.value, 'session'));
      if (!found.value || !session) return ok(undefined);
      return ok({ ...session, isOver: 'endedAt' in found.value || endOf(found.value) <= now() });
    },
    async endSession(token) {
      const found = await get(sessionItemId(token));
      if (!found.ok) return found;
      const ended = found.value && (await put({ ...found.value, endedAt: { N: String(now()) } }));
      return !ended || ended.ok ? ok(undefined) : ended;
    },
    async takeForm(token, form) {
      const id = `form#${hashOf(`${sessionItemId(token)} ${form}`)}`;
      const takenBy = { S: randomBytes(12).toString('hex') };
      const expression = 'attribute_not_exists(id) OR takenBy = :takenBy';
      return put({ ...itemOf(id, now() + sessionMs), takenBy }, { expression, values: { ':takenBy': takenBy } });
    },
  };
}

/** The calls of the table, whose failures are outages. */
function itemsOf(table: DynamoDbTable) {
  const get = async (id: string, timeoutMs = callMs): Promise<Result<Item | undefined, Outage>> => {
    const found = await table.getItem({ id: { S: id } }, { isConsistent: true, timeoutMs });
    return found.ok ? found : fail(outageOf(found.failure));
  };
  /** `false` if the condition is not met. */
  const put = async (
    item: Item,
    { expression, values = {}, timeoutMs = callMs }: PutOptions = {},
  ): Promise<Result<boolean, Outage>> => {
    const condition = expression === undefined ? {} : { condition: { expression, values } };
    const stored = await table.putItem(item, { ...condition, timeoutMs });
    if (stored.ok) return ok(true);
    return stored.failure.kind === 'condition_failed' ? ok(false) : fail(outageOf(stored.failure));
  };
  return { get, put };
}

/** 256 bits, in characters that need no escaping anywhere. */
function secret(): string {
  return randomBytes(32).toString('base64url');
}

function linkItem({ code, grant, endsAt }: FoundLink): Item {
  return { ...itemOf(linkItemId(code), endsAt), grant: { S: JSON.stringify(grant) } };
}

function linkItemId(code: string): string {
  return `link#${hashOf(code)}`;
}

function sessionItemId(token: string): string {
  return `session#${hashOf(token)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function itemOf(id: string, endsAt: number, keptMs = 0): Item {
  return {
    id: { S: id },
    endsAt: { N: String(endsAt) },
    expiresAt: { N: String(Math.ceil((endsAt + keptMs) / 1000)) },
  };
}

function endOf({ endsAt }: Item): number {
  return endsAt && 'N' in endsAt ? Number(endsAt.N) : 0;
}

function textOf(item: Item, name: string): string {
  const attribute = item[name];
  return attribute && 'S' in attribute ? attribute.S : '';
}

function outageOf(failure: DynamoDbFailure): Outage {
  return outage({ kind: failure.kind, cause: 'cause' in failure ? failure.cause : failure.kind });
}
