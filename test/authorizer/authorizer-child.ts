import { pathToFileURL } from 'node:url';

// An execution environment of the authorizer in its own process, which a test can freeze as Lambda does.

const { BUNDLE = '' } = process.env;
const { handler } = (await import(pathToFileURL(BUNDLE).href)) as { handler: (event: unknown) => Promise<unknown> };
process.send?.({ id: 0 }); // the module is loaded

process.on('message', ({ id, event }: { id: number; event: unknown }) => {
  const startedAt = performance.now();
  const reply = (outcome: object) => process.send?.({ id, ...outcome, decisionMs: performance.now() - startedAt });
  handler(event).then(
    (decision) => reply({ decision }),
    (error: Error) => reply({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
