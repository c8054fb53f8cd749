// Stands in for protobuf's well-known types in the bundles: those that Scalekit's token API has. Each of the others would be
// decoded at every start.
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/any.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/any_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/descriptor_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/empty_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/timestamp_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/timestamp.js';
