import { Webhook } from 'standardwebhooks';

/**
 * Reports whether Scalekit signed a webhook with this secret, at most 5 minutes ago. Header names must be in lower case. Scalekit
 * signs as in https://www.standardwebhooks.com. This check is never laxer than the SDK's, which would load the SDK's whole
 * client.
 */
export function isSignedByScalekit(secret: string, headers: Record<string, string>, payload: string): boolean {
  // Read as by the SDK: the part after the prefix, with any prefix, in base64 with or without padding.
  const [, key = ''] = secret.split('_');
  if (!isWellFormed(headers['webhook-signature'] ?? '')) return false;
  try {
    new Webhook(Buffer.from(key, 'base64'), { format: 'raw' }).verify(payload, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

/** The SDK refuses a header if a signature of version 1 does not have the length of SHA-256. */
function isWellFormed(signatures: string): boolean {
  return signatures
    .split(' ')
    .every((signature) => !/^v1(,|$)/.test(signature) || /^v1,[^,]{43}=(,|$)/.test(signature));
}
