import { randomBytes } from 'node:crypto';
import { allowedIpsClaim } from '../authentication/source-address.ts';
import type { Lifetimes } from '../authorization/lifetime.ts';
import type { Failure, FieldError } from '../failure.ts';
import { scopeOf } from '../key-claims.ts';
import { createKey } from '../keys/create-key.ts';
import { fail, ok } from '../result.ts';
import { type CreateFields, defaultDays, lifetimeChoices, readCreateForm } from './forms.ts';
import { Time } from './layout.tsx';
import { NewKey } from './new-key.tsx';
import type { Page, PageAnswer, PortalServices, Visit } from './page.ts';
import { nameOf, scopeInWords } from './words.ts';

/** Shows the form for a new key. */
export const showCreate: Page = async (visit, { rules }) => {
  const fields = { name: '', days: defaultDays(rules.lifetimes), scope: [], addresses: '' };
  return ok(formPage(200, visit, rules.lifetimes, fields, []));
};

/** Creates a key, and shows it once. A form that was already sent creates nothing. */
export const create: Page = async (visit, services) => {
  const { fields, request } = readCreateForm(visit.request.form);
  const again = (errors: readonly FieldError[]) =>
    ok(formPage(400, visit, services.rules.lifetimes, fields, errors, 'invalid_request'));
  if (!request.ok) return again(request.failure);
  const taken = await services.store.takeForm(visit.token, visit.request.form.get('form') ?? '');
  if (!taken.ok) return taken;
  if (!taken.value) return fail({ kind: 'already_sent' });
  const created = await createKey(services, request.value, visit.by, services.rules);
  if (!created.ok) return isInput(created.failure) ? again(created.failure.errors) : created;
  await services.reminders.plan(created.value);
  const { key, expiresAt } = created.value;
  const content = (
    <NewKey plainKey={key}>
      <p>{expiresAt === undefined ? 'It does not expire.' : <Ends expiresAt={expiresAt} />}</p>
    </NewKey>
  );
  return ok({ status: 201, title: `${nameOf(created.value)} is ready`, content });
};

function Ends({ expiresAt }: { readonly expiresAt: string }) {
  return (
    <>
      It expires on <Time at={expiresAt} />.
    </>
  );
}

function isInput(failure: Failure): failure is Extract<Failure, { kind: 'invalid_request' }> {
  return failure.kind === 'invalid_request';
}

function formPage(
  status: number,
  visit: Visit,
  lifetimes: Lifetimes,
  fields: CreateFields,
  errors: readonly FieldError[],
  failure?: string,
): PageAnswer {
  const content = <CreateForm visit={visit} lifetimes={lifetimes} fields={fields} errors={errors} />;
  return { status, title: 'Create a key', content, ...(failure === undefined ? {} : { failure }) };
}

interface FormProps {
  readonly visit: Visit;
  readonly lifetimes: PortalServices['rules']['lifetimes'];
  readonly fields: CreateFields;
  readonly errors: readonly FieldError[];
}

function CreateForm({ visit, lifetimes, fields, errors }: FormProps) {
  const own = scopeOf(visit.session.grant);
  const mayChooseAddresses = !(allowedIpsClaim in visit.session.grant.customClaims);
  const invalid = (path: string) =>
    errors.some((error) => error.path === path)
      ? { 'aria-invalid': 'true' as const, 'aria-describedby': 'errors' }
      : {};
  return (
    <form class="fields narrow" method="post" action="new">
      <input type="hidden" name="csrf" value={visit.csrf} />
      <input type="hidden" name="form" value={randomBytes(16).toString('base64url')} />
      <Errors errors={errors} />
      <div>
        <label for="name">Name</label>
        <p class="hint">What the key is for, like “Billing service”.</p>
        <input
          id="name"
          name="name"
          value={fields.name}
          required
          maxlength={255}
          autocomplete="off"
          {...invalid('name')}
        />
      </div>
      <div>
        <label for="days">Expires</label>
        <select id="days" name="days" {...invalid('days')}>
          {lifetimeChoices(lifetimes).map(([value, text]) => (
            <option value={value} selected={value === fields.days}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <fieldset {...invalid('scope')}>
        <legend>The key may</legend>
        {own.map((word) => (
          <label>
            <input type="checkbox" name="scope" value={word} checked={fields.scope.includes(word)} />
            {scopeInWords(word)} <code class="dim">{word}</code>
          </label>
        ))}
      </fieldset>
      {mayChooseAddresses ? (
        <details open={fields.addresses !== ''}>
          <summary>Allow some addresses only</summary>
          <label for="addresses">Addresses</label>
          <p class="hint">Ranges like 203.0.113.0/24, separated by spaces or lines. Empty: every address.</p>
          <textarea id="addresses" name="addresses" rows={3} {...invalid('addresses')}>
            {fields.addresses}
          </textarea>
        </details>
      ) : null}
      <div class="actions">
        <button class="main" type="submit">
          Create
        </button>
        <a href="keys">Cancel</a>
      </div>
    </form>
  );
}

const fieldNames: Readonly<Record<string, string>> = {
  name: 'Name',
  days: 'Expires',
  scope: 'The key may',
  addresses: 'Addresses',
};

function Errors({ errors }: { readonly errors: readonly FieldError[] }) {
  if (errors.length === 0) return null;
  return (
    <div class="note bad" id="errors" role="alert" tabindex={-1}>
      <strong>Please check what you entered:</strong>
      <ul>
        {errors.map(({ path, message }) => (
          <li>
            {fieldNames[path] === undefined || path === 'scope' ? (
              fieldNames[path]
            ) : (
              <a href={`#${path}`}>{fieldNames[path]}</a>
            )}{' '}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
