// Stands in for axios in the bundles: the SDK's error classes name it, and the parts that send with it are not bundled.
module.exports = { AxiosError: class AxiosError extends Error {} };
