import ipaddr from 'ipaddr.js';

/** Four decimal numbers without leading zeros: others take those for octal, and `10/8` for `0.0.0.10/8`. */
const plainIpv4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}\/\d{1,2}$/;
/** Without a zone, which names an interface of one machine. */
const plainIpv6 = /^[0-9a-f:.]*:[0-9a-f:.]*\/\d{1,3}$/i;

/** Tells whether a text is CIDR ranges of IPv4 or IPv6, one space between two, each of which can be read in one way only. */
export function areRanges(text: string): boolean {
  return text
    .split(' ')
    .every((range) => (plainIpv4.test(range) || plainIpv6.test(range)) && ipaddr.isValidCIDR(range));
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
