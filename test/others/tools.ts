import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of other people's packages, which has a lock file of its own. */
export const others = fileURLToPath(new URL('.', import.meta.url));

if (!existsSync(`${others}node_modules`))
  throw new Error('The packages of test/others are not installed. Run: npm run test:others');

/** The command of one of these packages. Their TypeScript still has the older kinds of module resolution. */
export function tool(name: string): string {
  return `${others}node_modules/.bin/${name}`;
}
