/** The claim that restricts a key to source addresses: CIDR ranges, one space between two. */
export const allowedIpsClaim = 'allowed_ips';

/**
 * Tells whether a key may be used from an address. A key without the claim may from anywhere; a claim or an address
 * that can't be read allows nothing.
 */
export async function isAddressAllowed(
  claims: Readonly<Record<string, string>>,
  sourceIp: string | undefined,
): Promise<boolean> {
  const ranges = claims[allowedIpsClaim];
  if (ranges === undefined) return true;
  const { isWithin } = await import('./address-ranges.ts'); // loaded for the keys that need it only
  return isWithin(ranges, sourceIp);
}
