/** The claim that restricts a key to source addresses: CIDR ranges, separated by single spaces. */
export const allowedIpsClaim = 'allowed_ips';

/**
 * Reports whether a key may be used from an address. A key without the claim may be used from anywhere. A claim or an address
 * that is not valid allows nothing.
 */
export async function isAddressAllowed(
  claims: Readonly<Record<string, string>>,
  sourceIp: string | undefined,
): Promise<boolean> {
  const ranges = claims[allowedIpsClaim];
  if (ranges === undefined) return true;
  const { isWithin } = await import('./address-ranges.ts'); // loaded only for keys that need it
  return isWithin(ranges, sourceIp);
}
