import { randomBytes } from 'node:crypto';
import type { PropsWithChildren } from 'hono/jsx';
import type { JSX } from 'hono/jsx/jsx-runtime';
import { KeyId } from '../endpoint/schemas.ts';
import { invalid } from '../failure.ts';
import type { Key } from '../key.ts';
import { getKey } from '../keys/get-key.ts';
import { revokeKey } from '../keys/revoke-key.ts';
import { updateKey } from '../keys/update-key.ts';
import { fail, ok, type Result } from '../result.ts';
import { rotateKey } from '../rotation/rotate-key.ts';
import { overlapChoices, readOverlap, usualOverlap } from './forms.ts';
import { Time } from './layout.tsx';
import { NewKey } from './new-key.tsx';
import type { Page, PageFailure, PortalServices, Visit } from './page.ts';
import { nameOf } from './words.ts';

// Each change has a page that names the key and asks, and a form that makes the change.

export const showRotate: Page = confirming('rotate', 'Rotate', (key) => (
  <>
    <p>
      You get a new key that may do the same. The old key, <code>…{key.suffix}</code>, goes on until you have replaced
      it everywhere.
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
  const rotated = await rotateKey(services, keyId.value, request, visit.by, services.rules.lifetimes);
  if (!rotated.ok) return rotated;
  await services.reminders.plan(rotated.value);
  const { key, previous } = rotated.value;
  const content = (
    <NewKey plainKey={key}>
      <p>
        {previous.activeUntil === undefined ? (
          'The old key has ended.'
        ) : (
          <>
            The old key works until <Time at={previous.activeUntil} />.
          </>
        )}
      </p>
      {previous.code === undefined ? null : (
        <p class="note bad">The end of the old key is not finished: revoke it in the list.</p>
      )}
    </NewKey>
  );
  return ok({ status: 201, title: `${nameOf(rotated.value)} has a new key`, content });
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
  return suspended.ok ? ok({ goTo: 'keys?done=suspended' }) : suspended;
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
  return revoked.ok ? ok({ goTo: 'keys?done=revoked' }) : revoked;
};

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
