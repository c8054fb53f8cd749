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

/** Tells whether one of the ranges is of IPv4 addresses written as IPv6, `::ffff:10.0.0.0/104`: it would match no address. */
export function hasMappedRange(ranges: string): boolean {
  return ranges.split(' ').some((range) => {
    const [base] = ipaddr.parseCIDR(range);
    return base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress();
  });
}

/** Tells whether every one of the inner ranges lies within one of the outer; not where either cannot be read. */
export function areWithin(inner: string, outer: string): boolean {
  if (!areRanges(inner) || !areRanges(outer)) return false;
  const outerRanges = outer.split(' ').map((range) => ipaddr.parseCIDR(range));
  return inner.split(' ').every((range) => {
    const [base, bits] = ipaddr.parseCIDR(range);
    return outerRanges.some(
      ([outerBase, outerBits]) =>
        outerBase.kind() === base.kind() && outerBits <= bits && base.match(outerBase, outerBits),
    );
  });
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
