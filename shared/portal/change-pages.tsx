import type { PropsWithChildren } from 'hono/jsx';
import type { JSX } from 'hono/jsx/jsx-runtime';
import { KeyId } from '../endpoint/schemas.ts';
import { type Failure, invalid } from '../failure.ts';
import type { Key } from '../key.ts';
import { getKey } from '../keys/get-key.ts';
import { revokeKey } from '../keys/revoke-key.ts';
import { updateKey } from '../keys/update-key.ts';
import { fail, ok, type Result } from '../result.ts';
import { type RotatedKey, rotateKey } from '../rotation/rotate-key.ts';
import { Again } from './failed-page.tsx';
import { overlapChoices, readOverlap, usualOverlap } from './forms.ts';
import { Csrf, FormNumber } from './hidden-fields.tsx';
import { Time } from './layout.tsx';
import { Ends, NewKey } from './new-key.tsx';
import type { Page, PageFailure, PortalServices, Visit } from './page.ts';
import { nameOf } from './words.ts';

// Each change has a page that names the key and asks, and a form that makes the change.

export const showRotate: Page = confirming('rotate', 'Rotate', (key) => (
  <>
    <p>
      You get a new key that may do the same. The old key, <code>…{key.suffix}</code>, goes on until you have replaced
      it everywhere.
    </p>
    <p>
      {key.expiresAt === undefined ? (
        'The new key does not expire, unless this product limits new keys.'
      ) : (
        <>
          The new key expires when the old one would, on <Time at={key.expiresAt} />. For a later end, create a key.
        </>
      )}
    </p>
    <div>
      <label for="overlap">The old key ends</label>
      <select id="overlap" name="overlap">
        {overlapChoices.map(([seconds, text]) => (
          <option value={seconds} selected={seconds === usualOverlap}>
            {text}
          </option>
        ))}
      </select>
    </div>
    <FormNumber />
  </>
));

/** Replaces a key, and shows the new one once. */
export const rotate: Page = async (visit, services) => {
  const keyId = keyIdIn(visit.request.form);
  const overlapSeconds = readOverlap(visit.request.form);
  if (!keyId.ok) return keyId;
  if (overlapSeconds === undefined) return fail(invalid('overlap', 'must be one of the choices'));
  const taken = await services.store.takeForm(visit.token, visit.request.form.get('form') ?? '');
  if (!taken.ok) return taken;
  if (!taken.value) return fail({ kind: 'already_sent' });
  const request = { overlapSeconds, replace: false };
  const { by, startedAt } = visit;
  const rotated = await rotateKey(services, keyId.value, request, by, services.rules.lifetimes, startedAt);
  if (!rotated.ok) {
    const { failure } = rotated;
    if (failure.kind === 'outcome_unknown') return fail({ kind: 'rotation_unknown', cause: failure.cause });
    return fail({ ...failure, retry: `rotate?keyId=${keyId.value}` });
  }
  await services.reminders.plan(rotated.value);
  const content = <Rotated rotated={rotated.value} csrf={visit.csrf} />;
  return ok({ status: 201, title: `${nameOf(rotated.value)} has a new key`, content });
};

function Rotated({ rotated, csrf }: { readonly rotated: RotatedKey; readonly csrf: string }) {
  const { key, expiresAt, previous } = rotated;
  return (
    <>
      <NewKey plainKey={key}>
        <Ends expiresAt={expiresAt} />
        <p>
          {previous.activeUntil === undefined ? (
            'The old key has ended.'
          ) : (
            <>
              The old key works until <Time at={previous.activeUntil} />.
            </>
          )}
        </p>
      </NewKey>
      {previous.code === undefined ? null : (
        <div class="narrow note bad">
          <p>
            Requests with the old key may still be accepted for a while. Save the new key first, then end the old one:
          </p>
          <Again action="revoke" keyId={previous.keyId} csrf={csrf} />
        </div>
      )}
    </>
  );
}

export const showSuspend: Page = confirming('suspend', 'Suspend', () => (
  <p>
    Requests with this key are refused until it is resumed. You cannot resume it here: only the makers of this product
    can.
  </p>
));

export const suspend: Page = repeatable('suspend', 'suspended', (keyId, { by }, services) =>
  updateKey(services, keyId, { suspended: true }, by),
);

export const showRevoke: Page = confirming('revoke', 'Revoke', () => (
  <p>
    Requests with this key are refused from then on. <strong>This cannot be undone.</strong>
  </p>
));

export const revoke: Page = repeatable('revoke', 'revoked', (keyId, { by }, services) =>
  revokeKey(services, keyId, by),
);

/** Failures after which nobody knows whether the change was made, or whether it counts everywhere. */
const unfinished: readonly Failure['kind'][] = [
  'cache_not_flushed',
  'upstream_unavailable',
  'outcome_unknown',
  'not_applied',
];

/** Makes a change that may be sent again. */
function repeatable(
  action: 'revoke' | 'suspend',
  done: string,
  change: (keyId: string, visit: Visit, services: PortalServices) => Promise<Result<unknown, Failure>>,
): Page {
  return async (visit, services) => {
    const keyId = keyIdIn(visit.request.form);
    if (!keyId.ok) return keyId;
    const changed = await change(keyId.value, visit, services);
    if (changed.ok) return ok({ goTo: `keys?done=${done}` });
    const { failure } = changed;
    return fail(unfinished.includes(failure.kind) ? { kind: 'unfinished', action, keyId: keyId.value } : failure);
  };
}

/** Makes the page that names a key and asks before a change. */
function confirming(action: string, verb: string, explain: (key: Key) => JSX.Element): Page {
  return async (visit, services) => {
    const key = await keyOf(visit, services);
    if (!key.ok) return key;
    const name = nameOf(key.value);
    const content = (
      <Confirm visit={visit} action={action} verb={verb} shown={key.value}>
        {explain(key.value)}
      </Confirm>
    );
    return ok({ status: 200, title: `${verb} ${name}?`, content });
  };
}

async function keyOf(visit: Visit, services: PortalServices): Promise<Result<Key, PageFailure>> {
  const keyId = keyIdIn(visit.request.query);
  return keyId.ok ? getKey(services, keyId.value, visit.by) : keyId;
}

function keyIdIn(given: URLSearchParams): Result<string, PageFailure> {
  const parsed = KeyId.safeParse(given.get('keyId'));
  return parsed.success ? ok(parsed.data) : fail({ kind: 'not_found' });
}

interface ConfirmProps {
  readonly visit: Visit;
  readonly action: string;
  readonly verb: string;
  readonly shown: Key;
}

function Confirm({ visit, action, verb, shown, children }: PropsWithChildren<ConfirmProps>) {
  return (
    <form class="fields narrow" method="post" action={action}>
      <Csrf token={visit.csrf} />
      <input type="hidden" name="keyId" value={shown.keyId} />
      {children}
      <div class="actions">
        <a class="button" href="keys" autofocus>
          Cancel
        </a>
        <button class={action === 'rotate' ? 'main' : 'bad'} type="submit">
          {verb} “{nameOf(shown)}”
        </button>
      </div>
    </form>
  );
}
