// Replaces connect-node's index in the bundles: only its HTTP/2 client, without servers and compression.
export { createNodeHttpClient } from '../../../node_modules/@connectrpc/connect-node/dist/esm/node-universal-client.js';
