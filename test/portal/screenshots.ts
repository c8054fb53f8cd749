import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withRuntime } from '../support/runtime-process.ts';
import { chromiumPath, startBrowser } from './browser.ts';
import { fillList, newOrganization, walk } from './walk.ts';

// `npm run screenshots` draws every screen of the page for keys, light and dark, into docs/portal.

const folder = fileURLToPath(new URL('../../docs/portal', import.meta.url));
const viewport = { width: 1000, height: 560 };

if (!chromiumPath) throw new Error('There is no Chromium. Install it, or set CHROMIUM to its path.');
mkdirSync(folder, { recursive: true });
for (const colorScheme of ['light', 'dark'] as const) {
  await withRuntime({ context: ['portal=true', 'productName=Acme Cloud'] }, async ({ outputs }) => {
    const organization = await newOrganization(outputs);
    await fillList(organization);
    await using browser = await startBrowser(chromiumPath ?? '');
    const page = await browser.newPage({ colorScheme, viewport });
    await walk(page, organization, async (screen) => {
      await page.waitForLoadState();
      const draw = () => page.screenshot({ path: `${folder}/${screen}-${colorScheme}.png` });
      await draw().catch(draw); // Chromium sometimes cannot draw a page that it has just opened
    });
  });
}
process.exit();
