// Runs on any Node, to say in one line what is missing; local/main.ts then needs Node 24 (see package.json: node).
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    'This needs Node.js 24, and runs on ' +
      process.version +
      '. Run "npm ci", then "npm start": the project brings its own.',
  );
  process.exit(1);
}
require('node:module').enableCompileCache(); // what was compiled last time starts faster
void import('./main.ts');
