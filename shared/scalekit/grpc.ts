// The only file that imports connect. The bundles replace these imports with a smaller part of connect:
// infra/lambda/grpc-client/.

export { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
export { type CallOptions, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
export { createTransport } from '@connectrpc/connect/protocol-grpc';
export { createNodeHttpClient } from '@connectrpc/connect-node';
