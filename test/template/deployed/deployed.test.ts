import { expect, test } from 'vitest';
import { everySetting } from '../../support/product.ts';
import { deployed, difference, keptOf, synthesize, toText } from './deployed.ts';
import { keptIds, keptIdsOfSettings } from './kept-ids.ts';

// A change of our code must not replace deployed resources: a log would start again, or a URL would change. For an intended
// change of the template, `npx vitest run --project template test/template/deployed -u` updates these files. Read their
// difference before a deployment.

const plain = synthesize({});
const full = synthesize(everySetting);

test('the default stack is unchanged, except for code and descriptions', async () => {
  await expect(toText(deployed(plain))).toMatchFileSnapshot('default.txt');
});

test('the difference between the stack with every setting and the default stack is unchanged', async () => {
  await expect(toText(difference(deployed(plain), deployed(full)))).toMatchFileSnapshot('every-setting.txt');
});

test.each([
  ['the default stack', plain, keptIds],
  ['the stack with every setting', full, { ...keptIds, ...keptIdsOfSettings }],
])('%s keeps the ids of retained resources and of resources that are known outside', (_stack, resources, kept) => {
  expect(kept).toEqual(keptOf(resources));
});
