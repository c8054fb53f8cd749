// Stands in for connect's protocol index in the bundles: what a client of gRPC uses of it, without the handlers of servers.
export * from '../../../node_modules/@connectrpc/connect/dist/esm/protocol/limit-io.js';
export * from '../../../node_modules/@connectrpc/connect/dist/esm/protocol/signals.js';
