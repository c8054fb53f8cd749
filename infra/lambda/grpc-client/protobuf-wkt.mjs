// Replaces protobuf's well-known types in the bundles: only the types in Scalekit's APIs of tokens and organizations. Any
// other would be decoded at every start.
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/any.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/any_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/descriptor_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/empty_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/field_mask_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/timestamp_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/wrappers_pb.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/wkt/timestamp.js';
