// Stands in for connect's index in the bundles: what the SDK uses of it, without the servers and the other protocols that the
// index loads too.
export * from '../../../node_modules/@connectrpc/connect/dist/esm/code.js';
export * from '../../../node_modules/@connectrpc/connect/dist/esm/connect-error.js';
export * from '../../../node_modules/@connectrpc/connect/dist/esm/context-values.js';
export * from '../../../node_modules/@connectrpc/connect/dist/esm/promise-client.js';
