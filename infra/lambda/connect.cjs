// Stands in for connect's index in the bundles: what the SDK uses of it, without the servers and the other protocols that the
// index loads too.
module.exports = {
  ...require('../../node_modules/@connectrpc/connect/dist/cjs/code.js'),
  ...require('../../node_modules/@connectrpc/connect/dist/cjs/connect-error.js'),
  ...require('../../node_modules/@connectrpc/connect/dist/cjs/context-values.js'),
  ...require('../../node_modules/@connectrpc/connect/dist/cjs/promise-client.js'),
};
