import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateFiles } from './scalekit/certificate.ts';
import { UserError } from './user-error.ts';

/** The files of the runtime's data folder. */
export interface DataFolder {
  /** Holds one folder per remembered synthesis. */
  readonly assemblies: string;
  /** Bundles that were rebuilt since the synthesis. */
  readonly bundles: string;
  /** The embedded Scalekit's database. */
  readonly database: string;
  /** The embedded Scalekit's TLS certificate. `--fresh` keeps it, because clients were told to trust it. */
  readonly tls: CertificateFiles;
  /** The database of the AWS stand-ins. */
  readonly awsDatabase: string;
  /** The folder of DynamoDB's tables. */
  readonly tables: string;
  readonly seed: string;
  readonly outputs: string;
  /** Shell variables to source. */
  readonly env: string;
  readonly logs: string;
  /** Removes keys, rows, logs and outputs. */
  forget(): void;
  /** Releases the folder for another runtime. */
  release(): void;
}

/**
 * Opens the data folder for this process alone, and creates it if needed. Throws a UserError when another runtime uses it.
 * `fresh` removes keys, rows, logs and outputs, and nothing else.
 */
export function openDataFolder(folder: string, fresh: boolean): DataFolder {
  const database = join(folder, 'scalekit.sqlite');
  const awsDatabase = join(folder, 'aws.sqlite');
  const tables = join(folder, 'dynamodb');
  const files = {
    assemblies: join(folder, 'cdk.out'),
    bundles: join(folder, 'bundles'),
    database,
    tls: { certificate: join(folder, 'scalekit.crt'), key: join(folder, 'scalekit.key') },
    awsDatabase,
    tables,
    seed: join(folder, 'seed.json'),
    outputs: join(folder, 'outputs.json'),
    env: join(folder, 'env'),
    logs: join(folder, 'logs'),
  };
  try {
    mkdirSync(files.logs, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(
      `The data folder cannot be used: ${(error as Error).message}. Choose another: npm start -- --data DIR`,
    );
  }
  const release = lock(join(folder, 'runtime.pid'), folder);
  rmSync(files.bundles, { recursive: true, force: true });
  const forget = () => {
    const databases = [database, awsDatabase].flatMap((file) => [file, `${file}-wal`, `${file}-shm`]);
    for (const path of [...databases, tables, files.seed, files.outputs, files.env, files.logs]) {
      rmSync(path, { recursive: true, force: true });
    }
    mkdirSync(files.logs, { mode: 0o700 });
  };
  if (fresh) forget();
  return { ...files, forget, release };
}

function lock(file: string, folder: string): () => void {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(readFileSync(file, 'utf8'));
    if (isRunning(holder)) {
      throw new UserError(
        `Another runtime, process ${holder}, uses ${folder}. Stop it, or choose another folder and port: npm start -- --data DIR --port 0`,
      );
    }
    writeFileSync(file, String(process.pid)); // its holder died without releasing it
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release); // also when the start fails
  return release;
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && pid !== process.pid && process.kill(pid, 0);
  } catch {
    return false;
  }
}
