import { writeFileSync } from 'node:fs';
import { contractText } from './document.ts';

// npm run contract: writes what the schemas give now to the committed contract.

writeFileSync(new URL('openapi.json', import.meta.url), contractText());
