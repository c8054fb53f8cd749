import type { AccessRecord } from './gateway/gateway.ts';
import { readOptions } from './options.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { UserError } from './user-error.ts';

// `npm start`: serves the deployment on localhost until it is told to stop.
process.umask(0o077); // what it writes holds secrets
try {
  const runtime = await startRuntime(readOptions(process.argv.slice(2), process.env), {
    onAccess: printAccess,
    onDenied: (line) => console.warn(line),
  });
  greet(runtime);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void runtime.close().then(() => process.exit(0)));
  }
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
}

function printAccess({ context, durationMs }: AccessRecord): void {
  const { httpMethod, resourcePath = '(no such route)', status } = context;
  const caller = ['authorizer.organizationId', 'authorizer.keyId', 'identity.userArn', 'authorizer.code']
    .map((name) => context[name])
    .filter(Boolean);
  console.log([httpMethod, resourcePath, status, durationMs, 'ms', ...caller].join(' '));
}

function greet({ outputs, warnings }: Runtime): void {
  for (const warning of warnings) console.warn(`warning: ${warning}`);
  if (outputs.adminKey === null) {
    console.log(`Uses the Scalekit at ${outputs.scalekit.environmentUrl}. Send it one of its keys:\n`);
  } else {
    console.log('An organization key is ready. A first request:\n');
  }
  console.log(`  curl -H "Authorization: Bearer ${outputs.adminKey ?? 'KEY'}" ${outputs.apiUrl}/whoami\n`);
  console.log(`ready ${outputs.apiUrl}`);
}
