import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Appends to one log file per name, and recreates a deleted folder. A failed write never ends the runtime. */
export function logFiles(folder: string): (name: string, text: string) => void {
  return (name, text) => {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      appendFileSync(join(folder, `${name}.log`), text);
    } catch (error) {
      console.error(`cannot log to ${folder}: ${(error as Error).message}`);
    }
  };
}
