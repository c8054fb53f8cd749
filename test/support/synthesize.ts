import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { NotesStack } from '../../examples/notes/notes-stack.ts';
import { bundleFunction } from '../../infra/lambda/bundle.ts';
import { stackName } from '../../infra/names.ts';
import { everySetting, newApp, ProductStack } from './product.ts';

// Synthesizes all assemblies of a test run below the folder in the argument, and bundles each function once.

const [, , folder = ''] = process.argv;

function synthesize(name: string, settings: object, addStack: (app: App) => void): void {
  const outdir = join(folder, name);
  const app = newApp({ 'aws:cdk:enable-asset-metadata': true, ...settings }, { outdir });
  addStack(app);
  app.synth();
  writeFileSync(join(outdir, 'package.json'), '{"type":"commonjs"}\n'); // overrides the package.json of a parent folder
}

const tokens = { acceptSessions: 'https://app.example.com', acceptClients: 'https://api.example.com' };
const product = (app: App) => void new ProductStack(app, stackName('dev'));
synthesize('product', {}, product);
synthesize('cached', { ...tokens, decisionCacheSeconds: 300, outageGraceSeconds: 3600, portal: true }, product);
synthesize('limited', { maxKeyLifetimeDays: 365, scopes: 'notes:read', expiryReminders: true, portal: true }, product);
const plans = { free: { rate: 5, burst: 10, quota: 30, period: 'DAY' }, pro: { rate: 50, burst: 100 } };
synthesize('plans', { ...tokens, plans, planActivationSeconds: 2, decisionCacheSeconds: 300, portal: true }, product);
synthesize('everything', everySetting, product);
synthesize('notes', {}, (app) => void new NotesStack(app, 'Notes'));
for (const entry of readdirSync(new URL('../../functions', import.meta.url)))
  cpSync(bundleFunction(entry), join(folder, 'bundles', entry), { recursive: true });
