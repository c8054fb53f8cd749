import scalekitModule from '@scalekit-sdk/node/lib/scalekit.js';

/** Scalekit's own check needs no client, and none is made: it would need credentials. */
const client = Object.create(scalekitModule.default.prototype) as InstanceType<typeof scalekitModule.default>;

/**
 * Tells whether Scalekit signed a webhook with this secret, at most 5 minutes ago. In a file of its own, for the SDK's
 * client brings much along that other functions do without.
 */
export function isSignedByScalekit(secret: string, headers: Record<string, string>, payload: string): boolean {
  try {
    return client.verifyWebhookPayload(secret, headers, payload);
  } catch {
    return false;
  }
}
