import type { Failure } from '../failure.ts';
import { createKey } from '../keys/create-key.ts';
import { fail, ok } from '../result.ts';
import { CreateForm } from './create-form.tsx';
import { failureText } from './failure-texts.ts';
import { type CreateFields, defaultDays, readCreateForm } from './forms.ts';
import { Ends, NewKey } from './new-key.tsx';
import type { Page, PageAnswer, PortalServices, Visit } from './page.ts';
import { nameOf } from './words.ts';

const title = 'Create a key';

/** Shows the form for a new key. */
export const showCreate: Page = async (visit, { rules }) => {
  const fields = { name: '', days: defaultDays(rules.lifetimes), scope: [], addresses: '' };
  const content = <CreateForm visit={visit} lifetimes={rules.lifetimes} fields={fields} />;
  return ok({ status: 200, title, content });
};

/** Creates a key, and shows it once. A form that was already sent creates nothing. */
export const create: Page = async (visit, services) => {
  const { fields, request } = readCreateForm(visit.request.form);
  if (!request.ok) return ok(formAgain({ kind: 'invalid_request', errors: request.failure }, fields, visit, services));
  const taken = await services.store.takeForm(visit.token, visit.request.form.get('form') ?? '');
  if (!taken.ok) return ok(formAgain(taken.failure, fields, visit, services));
  if (!taken.value) return fail({ kind: 'already_sent' });
  const created = await createKey(services, request.value, visit.by, services.rules);
  if (!created.ok) {
    const { failure } = created;
    return madeNothing(failure) ? ok(formAgain(failure, fields, visit, services)) : fail(failure);
  }
  await services.reminders.plan(created.value);
  const { key, expiresAt } = created.value;
  const content = (
    <NewKey plainKey={key}>
      <Ends expiresAt={expiresAt} />
    </NewKey>
  );
  return ok({ status: 201, title: `${nameOf(created.value)} is ready`, content });
};

/** Failures after which the person may change the form, or send it again. */
function madeNothing({ kind }: Failure): boolean {
  return [
    'invalid_request',
    'too_many_keys',
    'beyond_authority',
    'insufficient_scope',
    'upstream_unavailable',
  ].includes(kind);
}

/** The form with what was entered, a number of its own, and what failed. */
function formAgain(failure: Failure, fields: CreateFields, visit: Visit, { rules }: PortalServices): PageAnswer {
  const { status } = failureText(failure);
  const content = <CreateForm visit={visit} lifetimes={rules.lifetimes} fields={fields} failure={failure} />;
  return { status, title, content, failure: failure.kind };
}
