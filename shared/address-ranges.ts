import ipaddr from 'ipaddr.js';

/** Tells whether a text is CIDR ranges of IPv4 or IPv6, one space between two. */
export function areRanges(text: string): boolean {
  return text.split(' ').every((range) => ipaddr.isValidCIDR(range));
}

/** Tells whether an address is within one of the ranges; within none, where either can't be read. */
export function isWithin(ranges: string, text: string | undefined): boolean {
  if (text === undefined || !ipaddr.isValid(text) || !areRanges(ranges)) return false;
  const address = ipaddr.process(text); // an IPv4 address in IPv6 clothes is the IPv4 address
  return ranges.split(' ').some((range) => {
    const [base, bits] = ipaddr.parseCIDR(range);
    return base.kind() === address.kind() && address.match(base, bits);
  });
}
