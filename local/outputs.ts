import { chmodSync, writeFileSync } from 'node:fs';
import type { ScalekitEnvironment } from './scalekit/client.ts';
import type { Seed } from './scalekit/seed.ts';

/** What `outputs.json` tells. Ids and key are null where the runtime uses a Scalekit of the user's. */
export interface Outputs extends Nullable<Seed> {
  readonly apiUrl: string;
  /** The operators' API. */
  readonly operatorUrl: string;
  readonly controlUrl: string;
  /** Every call of the control URL sends `Authorization: Bearer` and this. */
  readonly controlToken: string;
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

/** Writes the outputs, and the shell variables to source for a first request; readable by their owner only. */
export function writeOutputs(files: { readonly outputs: string; readonly env: string }, outputs: Outputs): void {
  writePrivate(files.outputs, `${JSON.stringify(outputs, null, 2)}\n`);
  const variables = {
    API: outputs.apiUrl,
    OPERATOR: outputs.operatorUrl,
    KEY: outputs.adminKey,
    ORG: outputs.organizationId,
    NOTES: outputs.stacks['Notes']?.['ApiUrl'] ?? null,
  };
  const lines = Object.entries(variables).flatMap(([name, value]) =>
    value === null ? [] : [`export ${name}='${value}'\n`],
  );
  writePrivate(files.env, lines.join(''));
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600); // `mode` counts for a new file only
}
