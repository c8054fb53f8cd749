// Replaces protobuf's index in the bundles: messages as bytes, without JSON. gRPC sends no JSON.
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/create.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/from-binary.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/to-binary.js';

function noJson() {
  throw new Error('the bundles do not contain the JSON of protobuf');
}

export { noJson as fromJsonString, noJson as toJsonString };
