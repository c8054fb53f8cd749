// Runs on any Node, to say in one line what is missing; local/main.ts then needs Node 24 (see package.json: node).
var fs = require('node:fs');
var path = require('node:path');
var modules = path.join(__dirname, '..', 'node_modules');
var major = Number(process.versions.node.split('.')[0]);
var isInstalled = fs.existsSync(modules);
var hasNode = fs.existsSync(path.join(modules, 'node', 'bin'));
if (major < 24) {
  console.error(
    'This needs Node.js 24, and runs on ' +
      process.version +
      (isInstalled && !hasNode
        ? '. The project brings its own, but its install script did not run. Run "npm ci" without --ignore-scripts and without NODE_ENV=production, then "npm start".'
        : '. Run "npm ci", then "npm start": the project brings its own.'),
  );
  process.exit(1);
}
// What was compiled last time starts faster. Not in the shared temporary folder: others could put code there.
require('node:module').enableCompileCache(path.join(modules, '.cache', 'compile'));
void import('./main.ts');
