import { chmodSync, writeFileSync } from 'node:fs';
import type { ScalekitEnvironment } from './options.ts';
import type { Seed } from './scalekit/seed.ts';

/** What `outputs.json` tells. Ids and key are null where the runtime uses a Scalekit of the user's. */
export interface Outputs extends Nullable<Seed> {
  readonly apiUrl: string;
  /** The operators' API. */
  readonly operatorUrl: string;
  readonly controlUrl: string;
  readonly scalekit: ScalekitEnvironment;
  /** What webhooks must be signed with, as Scalekit signs them. */
  readonly webhookSecret: string;
  /** For AWS clients that are to talk to the operators' API and the runtime's stand-ins: an administrator's. */
  readonly aws: {
    readonly endpointUrl: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** The outputs of each stack, as `cdk deploy --outputs-file` has them, with local URLs. */
  readonly stacks: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

/** Writes the outputs, readable by their owner only. */
export function writeOutputs(file: string, outputs: Outputs): void {
  writeFileSync(file, `${JSON.stringify(outputs, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600); // `mode` counts for a new file only
}
