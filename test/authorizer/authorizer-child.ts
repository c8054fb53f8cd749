import { createRequire } from 'node:module';

// An execution environment of the authorizer as a process of its own, which can be frozen as Lambda freezes one.

const { BUNDLE = '' } = process.env;
const { handler } = createRequire(BUNDLE)(BUNDLE) as { handler: (event: unknown) => Promise<unknown> };

process.on('message', ({ id, event }: { id: number; event: unknown }) => {
  const startedAt = performance.now();
  const reply = (outcome: object) => process.send?.({ id, ...outcome, decisionMs: performance.now() - startedAt });
  handler(event).then(
    (decision) => reply({ decision }),
    (error: Error) => reply({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
