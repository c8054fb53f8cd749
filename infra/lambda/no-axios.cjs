// Replaces axios in the bundles: the SDK's error classes use its name, and the parts that send with it are not bundled.
module.exports = { AxiosError: class AxiosError extends Error {} };
