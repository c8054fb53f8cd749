import { expect, test } from 'vitest';
import { everySetting } from '../../support/product.ts';
import { deployed, difference, keptOf, synthesize, toText } from './deployed.ts';
import { keptIds, keptIdsOfSettings } from './kept-ids.ts';

// What is deployed already must not be replaced by a change of our code alone: a log would begin anew, a URL would be another.
// Where a change of the template is meant, `npx vitest run --project template test/template/deployed -u` writes it down, and
// the difference of these files is what to read before a deployment.

const plain = synthesize({});
const full = synthesize(everySetting);

test('the default stack is as it was, but for code and texts', async () => {
  await expect(toText(deployed(plain))).toMatchFileSnapshot('default.txt');
});

test('the stack with every setting differs from the default one as it did', async () => {
  await expect(toText(difference(deployed(plain), deployed(full)))).toMatchFileSnapshot('every-setting.txt');
});

test.each([
  ['the default stack', plain, keptIds],
  ['the stack with every setting', full, { ...keptIds, ...keptIdsOfSettings }],
])('%s has what is kept or known outside under the ids that it always had', (_stack, resources, kept) => {
  expect(kept).toEqual(keptOf(resources));
});
