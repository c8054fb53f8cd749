import { chmodSync, writeFileSync } from 'node:fs';
import type { ScalekitEnvironment } from './scalekit/client.ts';
import type { Seed } from './scalekit/seed.ts';

/** The content of `outputs.json`. Ids and key are null if the runtime uses the user's own Scalekit. */
export interface Outputs extends Nullable<Seed> {
  readonly apiUrl: string;
  /** The operators' API. */
  readonly operatorUrl: string;
  readonly controlUrl: string;
  /** Calls of the control URL send it as `Authorization: Bearer TOKEN`. */
  readonly controlToken: string;
  readonly scalekit: ScalekitEnvironment;
  /** The embedded Scalekit over TLS, with the file of the certificate to trust. Null for the user's own Scalekit. */
  readonly scalekitTls: { readonly environmentUrl: string; readonly certificateFile: string } | null;
  /** The secret to sign webhooks with, as Scalekit does. */
  readonly webhookSecret: string;
  /** An administrator's credentials, for AWS clients that call the operators' API and the AWS stand-ins. */
  readonly aws: {
    readonly endpointUrl: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** The outputs of each stack, as `cdk deploy --outputs-file` writes them, with local URLs. */
  readonly stacks: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

/** Writes the outputs, and the shell variables for a first request. Only the files' owner can read them. */
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
  chmodSync(file, 0o600); // `mode` applies to new files only
}
