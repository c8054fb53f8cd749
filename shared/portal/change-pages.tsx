import { randomBytes } from 'node:crypto';
import type { PropsWithChildren } from 'hono/jsx';
import type { JSX } from 'hono/jsx/jsx-runtime';
import { KeyId } from '../endpoint/schemas.ts';
import { type Failure, invalid } from '../failure.ts';
import type { Key } from '../key.ts';
import { getKey } from '../keys/get-key.ts';
import { revokeKey } from '../keys/revoke-key.ts';
import { updateKey } from '../keys/update-key.ts';
import { fail, ok, type Result } from '../result.ts';
import { rotateKey } from '../rotation/rotate-key.ts';
import { Again } from './failed-page.tsx';
import { overlapChoices, readOverlap, usualOverlap } from './forms.ts';
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
    <input type="hidden" name="form" value={randomBytes(16).toString('base64url')} />
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
  const { key, expiresAt, previous } = rotated.value;
  const content = (
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
  );
  const unfinished = (
    <div class="narrow note bad">
      <p>Requests with the old key may still be accepted for a while. Save the new key first, then end the old one:</p>
      <Again action="revoke" keyId={keyId.value} csrf={visit.csrf} />
    </div>
  );
  const whole = (
    <>
      {content}
      {previous.code === undefined ? null : unfinished}
    </>
  );
  return ok({ status: 201, title: `${nameOf(rotated.value)} has a new key`, content: whole });
};

export const showSuspend: Page = confirming('suspend', 'Suspend', () => (
  <p>
    Requests with this key are refused until it is resumed. You cannot resume it here: only the makers of this product
    can.
  </p>
));

export const suspend: Page = async (visit, services) => {
  const keyId = keyIdIn(visit.request.form);
  if (!keyId.ok) return keyId;
  const suspended = await updateKey(services, keyId.value, { suspended: true }, visit.by);
  return suspended.ok
    ? ok({ goTo: 'keys?done=suspended' })
    : fail(unfinishedOr(suspended.failure, 'suspend', keyId.value));
};

export const showRevoke: Page = confirming('revoke', 'Revoke', () => (
  <p>
    Requests with this key are refused from then on. <strong>This cannot be undone.</strong>
  </p>
));

export const revoke: Page = async (visit, services) => {
  const keyId = keyIdIn(visit.request.form);
  if (!keyId.ok) return keyId;
  const revoked = await revokeKey(services, keyId.value, visit.by);
  return revoked.ok ? ok({ goTo: 'keys?done=revoked' }) : fail(unfinishedOr(revoked.failure, 'revoke', keyId.value));
};

/** Both changes may be sent again. Without an answer, nobody knows whether they were made. */
function unfinishedOr(failure: Failure, action: 'revoke' | 'suspend', keyId: string): PageFailure {
  const unknown = ['cache_not_flushed', 'upstream_unavailable', 'outcome_unknown', 'not_applied'];
  return unknown.includes(failure.kind) ? { kind: 'unfinished', action, keyId } : failure;
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
      <input type="hidden" name="csrf" value={visit.csrf} />
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
