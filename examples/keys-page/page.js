// @ts-nocheck: it runs in a browser, and this project has no types for one.
// Manages the keys of the signed-in user with the routes of the API. The token of the session takes the place of a key.

const element = (id) => document.getElementById(id);
let session = await newSession();

/** The product's backend knows the user, and renews the session's token. */
async function newSession() {
  const answer = await fetch('/session');
  if (!answer.ok) throw new Error('There is no session.');
  return answer.json();
}

/** Sends a request to the API. A token that has expired is renewed once. */
async function call(method, path, body, isRepeat = false) {
  const headers = { Authorization: `Bearer ${session.sessionToken}`, 'Content-Type': 'application/json' };
  const answer = await fetch(session.apiUrl + path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.status === 401 && !isRepeat) {
    session = await newSession();
    return call(method, path, body, true);
  }
  const json = answer.status === 204 ? undefined : await answer.json();
  if (!answer.ok) throw new Error(`${json.detail} (${json.code})`);
  return json;
}

async function show() {
  const rows = [];
  let pageToken = '';
  do {
    const page = await call('GET', `/keys?pageSize=30${pageToken && `&pageToken=${encodeURIComponent(pageToken)}`}`);
    rows.push(...page.keys.map(row));
    pageToken = page.nextPageToken ?? '';
  } while (pageToken);
  element('keys').replaceChildren(...rows);
}

/** Text is set as text, so that a name is never read as HTML. */
function row({ keyId, description = '', suffix, scope = '', suspended = false }) {
  const cells = [description, `…${suffix}`, scope, suspended ? 'suspended' : 'active'].map((text) => {
    const cell = document.createElement('td');
    cell.textContent = text;
    return cell;
  });
  const actions = document.createElement('td');
  actions.append(
    button(suspended ? 'Resume' : 'Suspend', description, () =>
      call('PATCH', `/keys/${keyId}`, { suspended: !suspended }),
    ),
    button('Revoke', description, () => confirm(`Revoke ${description}?`) && call('DELETE', `/keys/${keyId}`)),
  );
  const line = document.createElement('tr');
  line.append(...cells, actions);
  return line;
}

function button(text, name, act) {
  const made = document.createElement('button');
  made.textContent = text;
  made.setAttribute('aria-label', `${text} ${name}`);
  made.addEventListener('click', () => run(act));
  return made;
}

/** Does something, says whether it failed, and shows the keys as they are now. */
async function run(act) {
  element('message').textContent = '';
  try {
    await act();
    await show();
  } catch (error) {
    element('message').textContent = error.message;
  }
}

element('create').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  await run(async () => {
    const scope = form.getAll('scope').map(String).join(' ');
    const { key } = await call('POST', '/keys', { description: form.get('description'), scope });
    element('key').value = key;
    element('created').hidden = false;
    element('key').focus();
    event.target.reset();
  });
});
await run(() => undefined);
