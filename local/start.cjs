// Runs on any Node version, and reports in one line what is missing. local/main.ts needs Node 24 (see package.json: node).
var fs = require('node:fs');
var path = require('node:path');
var modules = path.join(__dirname, '..', 'node_modules');
var major = Number(process.versions.node.split('.')[0]);
var isInstalled = fs.existsSync(modules);
var hasNode = fs.existsSync(path.join(modules, 'node', 'bin'));
if (major < 24) {
  console.error(
    'This needs Node.js 24 but runs on ' +
      process.version +
      (isInstalled && !hasNode
        ? '. The project has its own Node.js, but its install script did not run. Run "npm ci" without --ignore-scripts and without NODE_ENV=production, then "npm start".'
        : '. Run "npm ci", which installs Node.js 24 for the project, then "npm start".'),
  );
  process.exit(1);
}
// Code that was compiled before starts faster. Not in the shared temporary folder, where other users could put code.
require('node:module').enableCompileCache(path.join(modules, '.cache', 'compile'));
void import('./main.ts');
