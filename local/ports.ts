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

/** Whether another process listens on the port. */
export function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/** The error that tells the user how to choose another port. */
export function portTaken(port: number): UserError {
  return new UserError(
    `Port ${port} is taken. Choose another: npm start -- --port ${port + 10}, or --port 0 for a free one.`,
  );
}
