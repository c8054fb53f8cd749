// Part of each bundle: stack traces show our source lines. `--enable-source-maps` would read and parse the map at every start,
// which is a seventh of a cold start; this reads it only when a stack is read. It never throws, because that would hide the
// error.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname } from 'node:path';

/** The maps of the bundle's files, by their paths. @type {Map<string, SourceMap>} */
const maps = new Map();

/** @type {(error: Error, frames: { toString(): string }[]) => string} */
Error.prepareStackTrace = (error, frames) => {
  const places = frames.map((frame) => `    at ${frame.toString()}`);
  const trace = [Error.prototype.toString.call(error), ...places].join('\n');
  return trace.replaceAll(/(\/[^\s()]*\.js):(\d+):(\d+)/g, toOrigin);
};

/** @type {(place: string, file: string, line: string, column: string) => string} */
function toOrigin(place, file, line, column) {
  try {
    if (dirname(file) !== __dirname) return place;
    const map = maps.get(file) ?? new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
    maps.set(file, map);
    const origin = map.findOrigin(Number(line), Number(column));
    if (!('fileName' in origin)) return place;
    return `${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`;
  } catch {
    return place;
  }
}
