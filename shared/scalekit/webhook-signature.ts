import { Webhook } from 'standardwebhooks';

/**
 * Reports whether Scalekit signed a webhook with this secret, at most 5 minutes ago. The names of the headers are in lower
 * case. Scalekit signs by https://www.standardwebhooks.com; this is never laxer than its SDK, whose check comes with its
 * whole client.
 */
export function isSignedByScalekit(secret: string, headers: Record<string, string>, payload: string): boolean {
  // As the SDK reads a secret: what follows the prefix, whichever that is, in base64 with or without padding.
  const [, key = ''] = secret.split('_');
  if (!isWellFormed(headers['webhook-signature'] ?? '')) return false;
  try {
    new Webhook(Buffer.from(key, 'base64'), { format: 'raw' }).verify(payload, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

/** The SDK refuses a header in which one signature of version 1 has another length than SHA-256. */
function isWellFormed(signatures: string): boolean {
  return signatures
    .split(' ')
    .every((signature) => !/^v1(,|$)/.test(signature) || /^v1,[^,]{43}=(,|$)/.test(signature));
}
