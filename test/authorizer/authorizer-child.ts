import { createRequire } from 'node:module';

// An execution environment of the authorizer as a process of its own, which can be frozen as Lambda freezes one.

const { BUNDLE = '' } = process.env;
const { handler } = createRequire(BUNDLE)(BUNDLE) as { handler: (event: unknown) => Promise<unknown> };

process.on('message', ({ id, event }: { id: number; event: unknown }) => {
  handler(event).then(
    (decision) => process.send?.({ id, decision }),
    (error: Error) => process.send?.({ id, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
