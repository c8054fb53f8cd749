// CommonJS, as the Scalekit SDK is: an `import` of these would bundle a second, ESM copy of protobuf and connect,
// which costs the authorizer a third of its cold start.
const { Code, ConnectError, createClient } = require('@connectrpc/connect');
const { createGrpcTransport } = require('@connectrpc/connect-node');
const { timestampDate, timestampFromDate } = require('@bufbuild/protobuf/wkt');

/** @typedef {import('@connectrpc/connect').CallOptions} CallOptions */
/** @typedef {import('@connectrpc/connect').ConnectError} GrpcError */
/** @typedef {import('@connectrpc/connect').Transport} Transport */
/** @typedef {import('@bufbuild/protobuf/wkt').Timestamp} Timestamp */

module.exports = {
  Code,
  ConnectError,
  createClient,
  createGrpcTransport,
  timestampDate,
  timestampFromDate,
};
