// Replaces connect's protocol index in the bundles: only the parts that a gRPC client uses, without server handlers.
export * from '../../../node_modules/@connectrpc/connect/dist/esm/protocol/limit-io.js';
export * from '../../../node_modules/@connectrpc/connect/dist/esm/protocol/signals.js';
