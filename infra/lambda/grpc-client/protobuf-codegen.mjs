// Stands in for what generated code imports of protobuf in the bundles: what describes files, messages, enums and services,
// without what only a code generator uses.
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/enum.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/extension.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/file.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/message.js';
export * from '../../../node_modules/@bufbuild/protobuf/dist/esm/codegenv2/service.js';
