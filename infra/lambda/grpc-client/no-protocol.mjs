// Stands in for connect's other protocols in the bundles: the SDK speaks gRPC alone, and connect names all three.
export {};
