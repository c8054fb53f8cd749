import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from './user-error.ts';

/** Holds a port until the returned function is called. Rejects at once if it is taken, before a slow synthesis. */
export async function holdPort(port: number): Promise<() => Promise<void>> {
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening').catch((error: unknown) => {
    throw isTaken(error) ? portTaken(port) : error;
  });
  return async () => {
    holder.close();
    await once(holder, 'close');
  };
}

/** The port, or 0 for any free one if another process listens on it. */
export async function freePort(port: number): Promise<number> {
  const letGo = await holdPort(port).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  await letGo?.();
  return letGo ? port : 0;
}

/** Whether another process listens on the port. */
export function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/** The error that tells the user how to choose another port. */
export function portTaken(port: number, option = '--port'): UserError {
  return new UserError(
    `Port ${port} is taken. Choose another: npm start -- ${option} ${port + 10}, or ${option} 0 for a free one.`,
  );
}

/** What to tell the user about an error of a server that should listen on a port; other errors stay as they are. */
export function portError(error: unknown, port: number, option: string): unknown {
  if (isTaken(error)) return portTaken(port, option);
  if ((error as NodeJS.ErrnoException).code !== 'EACCES') return error;
  return new UserError(`This user may not listen on port ${port}. Choose one from 1024: npm start -- ${option} PORT.`);
}
