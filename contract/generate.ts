import { writeFileSync } from 'node:fs';
import { contractText } from './document.ts';

// npm run contract: writes what the schemas give now to the contract beside the function that serves it.

writeFileSync(new URL('../functions/openapi/openapi.json', import.meta.url), contractText());
