import sdk from '@scalekit-sdk/node';

/** The unmodified SDK's client. The package is CommonJS, and its default import is the whole module. */
export const ScalekitClient = sdk.ScalekitClient;
export type ScalekitClient = InstanceType<typeof sdk.ScalekitClient>;
