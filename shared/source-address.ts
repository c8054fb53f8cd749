import ipaddr from 'ipaddr.js';

/** The claim that restricts a key to source addresses: CIDR ranges, one space between two. */
export const allowedIpsClaim = 'allowed_ips';

/** Tells whether every range of an `allowed_ips` claim is an IPv4 or IPv6 CIDR. */
export function areRanges(claim: string): boolean {
  return claim.split(' ').every((range) => ipaddr.isValidCIDR(range));
}

/**
 * Tells whether a key may be used from an address. A key without the claim may from anywhere; a claim or an address
 * that can't be read allows nothing.
 */
export function isAddressAllowed(claims: Readonly<Record<string, string>>, sourceIp: string | undefined): boolean {
  const claim = claims[allowedIpsClaim];
  if (claim === undefined) return true;
  if (sourceIp === undefined || !ipaddr.isValid(sourceIp) || !areRanges(claim)) return false;
  const address = ipaddr.process(sourceIp); // an IPv4 address in IPv6 clothes is the IPv4 address
  return claim.split(' ').some((text) => {
    const [range, bits] = ipaddr.parseCIDR(text);
    return range.kind() === address.kind() && address.match(range, bits);
  });
}
