// Part of each bundle: stack traces name our lines. `--enable-source-maps` would read and parse the map at every start, which
// is a seventh of a cold start; this reads it when a stack is looked at. What is thrown here would hide the error: it never throws.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/** @type {((place: string, line: string, column: string) => string) | undefined} */
let toOrigin;

/** @type {(error: Error, frames: { toString(): string }[]) => string} */
Error.prepareStackTrace = (error, frames) => {
  const places = frames.map((frame) => `    at ${frame.toString()}`);
  const trace = [Error.prototype.toString.call(error), ...places].join('\n');
  try {
    toOrigin ??= readMap();
    return trace.replaceAll(/\/[^\s()]*\/index\.js:(\d+):(\d+)/g, toOrigin);
  } catch {
    return trace;
  }
};

/** The map lies beside the bundle; without one, the places stay as they are. */
function readMap() {
  const map = new SourceMap(JSON.parse(readFileSync(`${__filename}.map`, 'utf8')));
  return (/** @type {string} */ place, /** @type {string} */ line, /** @type {string} */ column) => {
    const origin = map.findOrigin(Number(line), Number(column));
    return 'fileName' in origin ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}` : place;
  };
}
