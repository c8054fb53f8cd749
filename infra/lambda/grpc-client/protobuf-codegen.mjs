// Replaces the protobuf index of generated code in the bundles: descriptors of files, messages, enums, extensions and services,
// without parts that only a code generator uses.
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/enum.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/extension.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/file.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/message.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/service.js';
