import { pathToFileURL } from 'node:url';

// An execution environment of the authorizer as a process of its own, which can be frozen as Lambda freezes one.

const { BUNDLE = '' } = process.env;
const { handler } = (await import(pathToFileURL(BUNDLE).href)) as { handler: (event: unknown) => Promise<unknown> };
process.send?.({ id: 0 }); // it is loaded

process.on('message', ({ id, event }: { id: number; event: unknown }) => {
  const startedAt = performance.now();
  const reply = (outcome: object) => process.send?.({ id, ...outcome, decisionMs: performance.now() - startedAt });
  handler(event).then(
    (decision) => reply({ decision }),
    (error: Error) => reply({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
