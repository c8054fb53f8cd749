import { type Actor, isOperator } from '../authentication/actor.ts';
import { governs } from '../authorization/authority.ts';
import { requireScope } from '../authorization/sight.ts';
import type { Failure } from '../failure.ts';
import { scopeOf } from '../key-claims.ts';
import { largestPage } from '../keys/key-search.ts';
import { type ShownKey, withLastUses } from '../keys/last-used.ts';
import { listKeys } from '../keys/list-keys.ts';
import { ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { Time } from './layout.tsx';
import type { Page, PortalServices, Visit } from './page.ts';
import { endsSoon, nameOf, scopeInWords, stateOf } from './words.ts';

/** How long a search may read further pages. */
const searchMs = 4_000;

/** What a change says on the list, by the value of `done`. */
const doneTexts = new Map([
  ['revoked', 'The key is revoked. Requests with it are refused.'],
  ['suspended', 'The key is suspended. Requests with it are refused until it is resumed.'],
]);

/** Lists the keys of the session, or those that fit a search. */
export const showKeys: Page = async (visit, services) => {
  const { query } = visit.request;
  const search = (query.get('search') ?? '').trim().slice(0, 100);
  const found = await find(services, visit, search, query.get('pageToken') ?? undefined);
  if (!found.ok) return found;
  const { keys, nextPageToken, usageRecordedSince } = await withLastUses(found.value, services.uses);
  const done = doneTexts.get(query.get('done') ?? '');
  const mayWrite = requireScope(visit.by.actor, 'keys:write').ok;
  const next = new URLSearchParams({ ...(search ? { search } : {}), pageToken: nextPageToken ?? '' });
  return ok({
    status: 200,
    title: 'API keys',
    content: (
      <>
        {done === undefined ? null : (
          <p class="note" role="status">
            {done}
          </p>
        )}
        <div class="bar">
          <search>
            <form class="search" method="get" action="keys">
              <div>
                <label for="search">Search by name, ending or scope</label>
                <input id="search" name="search" type="search" value={search} maxlength={100} />
              </div>
              <button type="submit">Search</button>
            </form>
          </search>
          {mayWrite ? (
            <a class="button main" href="new">
              Create a key
            </a>
          ) : null}
        </div>
        {keys.length === 0 ? <Nothing search={search} isLast={nextPageToken === undefined} /> : null}
        {keys.length === 0 ? null : (
          <Keys
            actor={visit.by.actor}
            keys={keys}
            mayWrite={mayWrite}
            search={search}
            recordedSince={usageRecordedSince}
          />
        )}
        <p class="actions">
          {query.has('pageToken') || search ? <a href="keys">All keys</a> : null}
          {nextPageToken === undefined ? null : <a href={`keys?${next.toString()}`}>Next page</a>}
        </p>
      </>
    ),
  });
};

/** Reads pages until keys fit the search. Scalekit cannot search. */
async function find(
  services: PortalServices,
  { by }: Visit,
  search: string,
  from: string | undefined,
): Promise<Result<{ readonly keys: readonly ShownKey[]; readonly nextPageToken?: string }, Failure>> {
  const until = Date.now() + searchMs;
  const keys: ShownKey[] = [];
  for (let pageToken = from; ; ) {
    const page = await listKeys(services, { pageSize: largestPage, pageToken }, by);
    if (!page.ok) return page;
    keys.push(...page.value.keys.filter((key) => fits(key, search.toLowerCase())));
    pageToken = page.value.nextPageToken;
    if (pageToken === undefined || search === '' || keys.length >= largestPage || Date.now() >= until)
      return ok(withoutUndefined({ keys, nextPageToken: pageToken }));
  }
}

function fits(key: ShownKey, search: string): boolean {
  const texts = [nameOf(key), key.suffix, key.keyId, key.userId, key.userExternalId, key.scope];
  const words = scopeOf(key).map(scopeInWords);
  return [...texts, ...words].some((text) => text?.toLowerCase().includes(search));
}

function Nothing({ search, isLast }: { readonly search: string; readonly isLast: boolean }) {
  if (search === '') return <p>{isLast ? 'There is no key yet.' : 'There are keys on the next page.'}</p>;
  return <p>{isLast ? 'No key fits this search.' : 'No key fits this search so far. Go on with the next page.'}</p>;
}

interface KeysProps {
  readonly recordedSince: string | undefined;
  readonly actor: Actor;
  readonly keys: readonly ShownKey[];
  readonly mayWrite: boolean;
  readonly search: string;
}

function Keys({ keys, mayWrite, search, actor, recordedSince }: KeysProps) {
  return (
    <table>
      <caption>{search === '' ? 'Active keys' : `Active keys that fit “${search}”`}</caption>
      <thead>
        <tr>
          {['Name', 'May', 'Whose', 'Created', 'Expires', 'Last used', 'State'].map((name) => (
            <th scope="col">{name}</th>
          ))}
          {mayWrite ? (
            <th scope="col">
              <span class="hidden">Actions</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <Row
            key={key.keyId}
            shown={key}
            others={keys}
            mayWrite={mayWrite}
            isOwn={!isOperator(actor) && actor.userId !== undefined}
            isGoverned={governs(actor, key)}
            recordedSince={recordedSince}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly isOwn: boolean;
  readonly recordedSince: string | undefined;
  readonly isGoverned: boolean;
  readonly key: string;
  readonly shown: ShownKey;
  readonly others: readonly ShownKey[];
  readonly mayWrite: boolean;
}

function Row({ shown, isOwn, others, mayWrite, isGoverned, recordedSince }: RowProps) {
  const soon = endsSoon(shown, Date.now());
  const state = stateOf(shown, others);
  return (
    <tr>
      <td>
        <strong>{nameOf(shown)}</strong>
        <br />
        <code>…{shown.suffix}</code>
      </td>
      <td data-label="May">{scopeOf(shown).map(scopeInWords).join(', ') || 'No scope'}</td>
      <td data-label="Whose">{isOwn ? 'You' : (shown.userExternalId ?? shown.userId ?? 'Organization')}</td>
      <td data-label="Created">{shown.createdAt === undefined ? 'Unknown' : <Time at={shown.createdAt} day />}</td>
      <td data-label="Expires">
        {shown.expiresAt === undefined ? 'Never' : <Time at={shown.expiresAt} day />}{' '}
        {soon === undefined ? null : <span class="badge warn">{soon}</span>}
      </td>
      <td data-label="Last used">
        <LastUse shown={shown} recordedSince={recordedSince} />
      </td>
      <td data-label="State">
        {state === 'Active' ? state : <span class={`badge ${state === 'Suspended' ? 'bad-text' : ''}`}>{state}</span>}
      </td>
      {mayWrite ? (
        <td>
          <Actions shown={shown} isGoverned={isGoverned} />
        </td>
      ) : null}
    </tr>
  );
}

/** A key that may do more than the session can only be revoked. */
function Actions({ shown, isGoverned }: { readonly shown: ShownKey; readonly isGoverned: boolean }) {
  const actions = shown.suspended || !isGoverned ? ['revoke'] : ['rotate', 'suspend', 'revoke'];
  return (
    <span class="row">
      {actions.map((action) => (
        <a href={`${action}?keyId=${shown.keyId}`}>
          {action.charAt(0).toUpperCase() + action.slice(1)}
          <span class="hidden"> {nameOf(shown)}</span>
        </a>
      ))}
    </span>
  );
}

interface LastUseProps {
  readonly shown: ShownKey;
  readonly recordedSince: string | undefined;
}

/** A key from before uses were recorded may have been used then. */
function LastUse({ shown: { lastUsedAt, createdAt = '' }, recordedSince }: LastUseProps) {
  if (lastUsedAt !== undefined) return <Time at={lastUsedAt} />;
  return Date.parse(createdAt) >= Date.parse(recordedSince ?? '') ? <>Not yet</> : <>Unknown</>;
}
