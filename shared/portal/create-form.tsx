import { allowedIpsClaim } from '../authentication/source-address.ts';
import type { Lifetimes } from '../authorization/lifetime.ts';
import type { Failure, FieldError } from '../failure.ts';
import { scopeOf } from '../key-claims.ts';
import { failureText } from './failure-texts.ts';
import { type CreateFields, lifetimeChoices } from './forms.ts';
import { Csrf, FormNumber } from './hidden-fields.tsx';
import type { Visit } from './page.ts';
import { scopeInWords } from './words.ts';

interface FormProps {
  readonly visit: Visit;
  readonly lifetimes: Lifetimes;
  readonly fields: CreateFields;
  /** Why the form is shown again. */
  readonly failure?: Failure | undefined;
}

/** The form for a new key. */
export function CreateForm({ visit, lifetimes, fields, failure }: FormProps) {
  const errors = failure?.kind === 'invalid_request' ? failure.errors.map(ofField) : [];
  const own = scopeOf(visit.session.grant);
  const mayChooseAddresses = !(allowedIpsClaim in visit.session.grant.customClaims);
  const invalid = (path: string) =>
    errors.some((error) => error.path === path)
      ? { 'aria-invalid': 'true' as const, 'aria-describedby': 'errors' }
      : {};
  return (
    <form class="fields narrow" method="post" action="new">
      <Csrf token={visit.csrf} />
      <FormNumber />
      <Problem failure={failure} errors={errors} />
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
      <fieldset id="scope" {...invalid('scope')}>
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

const fieldNames = new Map([
  ['name', 'Name'],
  ['days', 'Expires'],
  ['scope', 'The key may'],
  ['addresses', 'Addresses'],
]);

/** An error of the API in the words of the form. */
function ofField({ path, message }: FieldError): FieldError {
  if (path === 'expiresAt') return { path: 'days', message };
  return { path: path.startsWith('customClaims') ? 'addresses' : path, message };
}

interface ProblemProps {
  readonly failure: Failure | undefined;
  readonly errors: readonly FieldError[];
}

function Problem({ failure, errors }: ProblemProps) {
  if (!failure) return null;
  const { title, text } = failureText(failure);
  return (
    <div class="note bad" id="errors" role="alert">
      <strong>{title}.</strong> {failure.kind === 'invalid_request' ? null : text}
      {errors.length === 0 ? null : (
        <ul>
          {errors.map(({ path, message }) => (
            <li>
              {fieldNames.has(path) ? <a href={`#${path}`}>{fieldNames.get(path)}</a> : null} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
