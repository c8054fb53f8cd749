import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDataFolder } from './data-folder.ts';
import { FailureReasons } from './failure-reasons.ts';
import type { AccessRecord } from './gateway/gateway.ts';
import { help, type Options, readOptions } from './options.ts';
import { portalLink } from './portal-link.ts';
import { holdPort } from './ports.ts';
import { readProjectFiles, synthesisKey } from './project-files.ts';
import type { RuntimeEvents } from './runtime.ts';
import { scalekitTrouble } from './scalekit-check.ts';
import { fault, greet, note, showAccess, showPortalLink, showReasons, step, warn } from './screen.ts';
import { root, synthesizeOnce } from './synthesize.ts';
import { UserError } from './user-error.ts';
import { ProjectWatch } from './watch.ts';

// `npm start`: serves the deployment on localhost until it is stopped.
process.umask(0o077); // the files contain secrets
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C may arrive twice, from the terminal and from npm. A later one ends the process at once. */
const sameSignalMs = 500;
let stop = (): void => process.exit(130); // until there is a runtime to close
for (const signal of signals) process.on(signal, () => stop());
try {
  if (process.argv.includes('--help')) console.log(help);
  else await start(readOptions(process.argv.slice(2), process.env));
} catch (error) {
  if (error instanceof UserError) fault(error.message);
  else console.error(error);
  process.exit(1);
}

async function start(options: Options): Promise<void> {
  const { dataDir, context, watch, fresh } = options;
  const folder = openDataFolder(dataDir, false);
  const letPortGo = options.port === 0 ? undefined : await holdPort(options.port);
  const trouble = options.scalekit ? scalekitTrouble(options.scalekit) : undefined;

  const files = readProjectFiles(root, dataDir);
  const synthesizing =
    options.assemblies.length > 0
      ? undefined
      : step(
          'Synthesizing the stacks',
          () => synthesizeOnce(folder.assemblies, synthesisKey(files, context), context),
          ({ isRemembered }) => (isRemembered ? ': nothing changed since the last time' : ''),
        );
  const loading = import('./runtime.ts'); // while another process synthesizes
  const assembly = await synthesizing;
  const { serve } = await loading;
  const assemblies = assembly ? [assembly.assembly] : options.assemblies;
  if (fresh) {
    folder.forget(); // only now, so that a failed start forgets nothing
    note(`Forgot all keys, rows, logs and outputs of ${dataDir}. There is a new key below.`);
  }
  await letPortGo?.();
  const logs = join(dataDir, 'logs');
  const runtime = await step('Starting the local AWS', () => serve(options, folder, assemblies, eventsFor(logs)));
  const watching =
    watch && assembly
      ? new ProjectWatch({
          root,
          dataDir,
          context,
          runtime,
          assembliesFolder: folder.assemblies,
          bundlesFolder: folder.bundles,
          files,
          assembly: assembly.assembly,
        })
      : undefined;
  const told = await trouble;
  if (told) warn(`${told} Until this is fixed, requests with a key are answered 503.`);
  greet(runtime, dataDir);
  void portalLink(runtime).then(
    (link) => link && showPortalLink(link),
    (error: Error) => warn(`There is no link to the page for keys: ${error.message}`), // a start without it is good
  );
  stop = () => {
    const signalledAt = performance.now();
    stop = () => {
      if (performance.now() - signalledAt > sameSignalMs) process.exit(130);
    };
    watching?.close();
    void runtime.close().then(() => process.exit(0));
  };
}

/** A log line may arrive after the answer that it explains. */
const logDelayMs = 50;

function eventsFor(logFolder: string): RuntimeEvents {
  const reasons = new FailureReasons();
  return {
    onDenied: warn,
    onLog: (functionName, text) => reasons.add(functionName, text),
    onAccess: (record) => void show(record),
  };

  async function show(record: AccessRecord): Promise<void> {
    showAccess(record);
    if (!((record.context['status'] ?? '') >= '500')) return;
    await delay(logDelayMs);
    showReasons(reasons.take(record.context['requestId'] ?? ''), logFolder);
  }
}
