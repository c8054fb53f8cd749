import type { Page } from 'playwright-core';
import type { Outputs } from '../../local/outputs.ts';
import { sdkOf } from '../support/client.ts';
import { callAsOperator } from '../support/signed-request.ts';
import { newLink } from './person.ts';

/** The same deployment with an organization that has no keys. */
export async function newOrganization<T extends Pick<Outputs, 'scalekit'>>(
  outputs: T,
): Promise<T & { organizationId: string }> {
  const { organization } = await sdkOf(outputs.scalekit).organization.createOrganization('Acme');
  return { ...outputs, organizationId: organization?.id ?? '' };
}

type Deployment = Pick<Outputs, 'operatorUrl' | 'apiUrl' | 'aws'> & { readonly organizationId: string };

const day = 86_400;
const returnUrl = 'https://app.example.com/settings';

/** Gives an organization keys of every kind that the list shows, and returns their ids by name. */
export async function fillList(deployment: Deployment): Promise<Record<string, string>> {
  const make = async (description: string, body: object = {}) => {
    const made = await callAsOperator(deployment, 'POST', '/keys', { description, scope: 'notes:read', ...body });
    return [description, made.json.keyId] as const;
  };
  const keys = Object.fromEntries([
    await make('Billing service', { expiresIn: 90 * day }),
    await make('Nightly export', { expiresIn: 5 * day + 60 }),
    await make('Old integration'),
  ]);
  await callAsOperator(deployment, 'PATCH', `/keys/${keys['Old integration']}`, { suspended: true });
  return keys;
}

/** Goes through every screen as a person does, and stops at each. The list must be filled. */
export async function walk(page: Page, deployment: Deployment, at: (screen: string) => Promise<void>): Promise<void> {
  const { url } = await newLink(deployment, { returnUrl });
  await page.goto(url);
  await at('link');
  await page.getByRole('button', { name: 'Continue as' }).click();
  await at('list');
  await page.getByRole('searchbox').fill('nothing');
  await page.getByRole('button', { name: 'Search' }).click();
  await at('nothing-found');
  await page.getByRole('link', { name: 'All keys' }).click();
  await page.getByRole('link', { name: 'Create a key' }).click();
  await at('create');
  await page.getByLabel('Name').fill('Reporting');
  await page.getByText('Allow some addresses only').click();
  await page.getByLabel('Addresses').fill('not an address');
  await page.getByRole('button', { name: 'Create' }).click();
  await at('create-error');
  await page.getByLabel('Addresses').fill('127.0.0.0/8 ::1/128');
  await page.getByLabel('Read notes').check();
  await page.getByRole('button', { name: 'Create' }).click();
  await at('new-key');
  await page.getByRole('link', { name: 'I have saved it' }).click();
  await page.getByRole('link', { name: 'Rotate Billing service' }).click();
  await at('rotate');
  await page.getByRole('button', { name: 'Rotate' }).click();
  await at('rotated');
  await page.getByRole('link', { name: 'I have saved it' }).click();
  await page.getByRole('link', { name: 'Suspend Nightly export' }).click();
  await at('suspend');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'Revoke Nightly export' }).click();
  await at('revoke');
  await page.getByRole('button', { name: 'Revoke' }).click();
  await at('revoked');
  await page.goto(page.url().replace(/keys.*/, 'revoke?keyId=apit_1'));
  await at('not-found');
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await at('signed-out');
  await page.goto(page.url().replace(/[\w-]+$/, 'keys'));
  await at('session-over');
}
