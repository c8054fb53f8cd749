// The part of the authorizer that is loaded with the first call to Scalekit: `#scalekit`, a separate file in the bundle.
export { keyDirectoryFromEnvironment } from '../../shared/scalekit/scalekit.ts';
