import type { DataFolder } from './data-folder.ts';
import type { Options } from './options.ts';
import type { Outputs } from './outputs.ts';
import { freePort, portError } from './ports.ts';
import { openCertificate } from './scalekit/certificate.ts';
import type { ScalekitEnvironment } from './scalekit/client.ts';
import { nothingSeeded, type Seed, seedScalekit } from './scalekit/seed.ts';
import { type EmbeddedScalekit, startEmbeddedScalekit } from './scalekit/server.ts';

/** The Scalekit that stores the keys. */
export interface ConnectedScalekit {
  readonly environment: ScalekitEnvironment;
  /** `undefined` for the user's own Scalekit, in which nothing is created. */
  readonly embedded?: EmbeddedScalekit;
  readonly tls: Outputs['scalekitTls'];
  readonly seed: Seed | typeof nothingSeeded;
}

/** The usual port of the embedded Scalekit over TLS. */
const usualTlsPort = 3443;

/** Uses the user's own Scalekit, or starts the embedded one, and seeds it. */
export async function connectScalekit(
  { port, scalekit: ofUser, scalekitPort }: Pick<Options, 'port' | 'scalekit' | 'scalekitPort'>,
  files: DataFolder,
  cleanUp: AsyncDisposableStack,
): Promise<ConnectedScalekit> {
  if (ofUser) return { environment: ofUser, tls: null, seed: nothingSeeded };
  const certificate = await openCertificate(files.tls);
  const tlsPort = scalekitPort ?? (port === 0 ? 0 : await freePort(usualTlsPort));
  const embedded = await startEmbeddedScalekit({
    databaseFile: files.database,
    tls: { certificate, port: tlsPort },
  }).catch((error: unknown) => {
    throw portError(error, tlsPort, '--scalekit-port');
  });
  cleanUp.defer(embedded.close);
  return {
    environment: { environmentUrl: embedded.environmentUrl, ...embedded.client },
    embedded,
    tls: { environmentUrl: embedded.tlsUrl ?? '', certificateFile: files.tls.certificate },
    seed: await seedScalekit(embedded, files.seed),
  };
}
