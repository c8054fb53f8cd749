// The part of the authorizer that is loaded with the first session or client token: `#tokens`, a separate file in the bundle.
export { tokenVerifierFromEnvironment } from '../../shared/tokens/verifier.ts';
