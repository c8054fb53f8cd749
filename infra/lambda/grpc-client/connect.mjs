// Replaces connect's index in the bundles: only the parts that the SDK uses, without the servers and the other protocols.
export * from '../../../node_modules/@connectrpc/connect/dist/esm/code.js';
export * from '../../../node_modules/@connectrpc/connect/dist/esm/connect-error.js';
export * from '../../../node_modules/@connectrpc/connect/dist/esm/context-values.js';
export * from '../../../node_modules/@connectrpc/connect/dist/esm/promise-client.js';
