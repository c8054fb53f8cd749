// The part of the authorizer that is loaded with the first call of Scalekit: `#scalekit`, a file of its own in the bundle.
export { keyDirectoryFromEnvironment } from '../../shared/scalekit/scalekit.ts';
