import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The files of the runtime's data folder. */
export interface DataFolder {
  readonly assembly: string;
  readonly database: string;
  readonly seed: string;
  readonly outputs: string;
  readonly logs: string;
}

/** Opens (and makes) the data folder. `fresh` removes what is the runtime's own in it, and nothing else. */
export function openDataFolder(folder: string, fresh: boolean): DataFolder {
  const files: DataFolder = {
    assembly: join(folder, 'cdk.out'),
    database: join(folder, 'scalekit.sqlite'),
    seed: join(folder, 'seed.json'),
    outputs: join(folder, 'outputs.json'),
    logs: join(folder, 'logs'),
  };
  if (fresh) {
    const { database, seed, outputs, logs } = files;
    for (const path of [database, `${database}-wal`, `${database}-shm`, seed, outputs, logs]) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  mkdirSync(files.logs, { recursive: true, mode: 0o700 });
  return files;
}
