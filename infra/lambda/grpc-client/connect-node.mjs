// Stands in for the index of connect-node in the bundles: its HTTP/2 client, without its servers and its compression.
export { createNodeHttpClient } from '../../../node_modules/@connectrpc/connect-node/dist/esm/node-universal-client.js';
