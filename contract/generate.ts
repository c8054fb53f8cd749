import { writeFileSync } from 'node:fs';
import { contractText } from './document.ts';

// `npm run contract`: writes the contract of the current schemas next to the function that serves it.

writeFileSync(new URL('../functions/openapi/openapi.json', import.meta.url), contractText());
