// Replaces connect's gRPC index in the bundles: the client, without the server.
export * from '../../../node_modules/@connectrpc/connect/dist/esm/protocol-grpc/transport.js';
