// Replaces connect's other protocols in the bundles: connect imports all three, but the SDK uses only gRPC.
export {};
