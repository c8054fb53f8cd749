import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from './user-error.ts';

/** Fails at once where a port is taken, and holds it until it is let go: nobody waits for a synthesis to hear of it. */
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

/** Whether somebody else listens there. */
export function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/** What a user does about it. */
export function portTaken(port: number): UserError {
  return new UserError(
    `Port ${port} is taken. Choose another: npm start -- --port ${port + 10}, or --port 0 for a free one.`,
  );
}
