import ipaddr from 'ipaddr.js';

/** Four decimal numbers without leading zeros. Other parsers read leading zeros as octal, and `10/8` as `0.0.0.10/8`. */
const plainIpv4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}\/\d{1,2}$/;
/** Without a zone, because a zone names an interface of one machine. */
const plainIpv6 = /^[0-9a-f:.]*:[0-9a-f:.]*\/\d{1,3}$/i;

/** Reports whether a string is a list of CIDR ranges of IPv4 or IPv6, separated by single spaces, all unambiguous. */
export function areRanges(text: string): boolean {
  return text
    .split(' ')
    .every((range) => (plainIpv4.test(range) || plainIpv6.test(range)) && ipaddr.isValidCIDR(range));
}

/** Reports whether one of the ranges is an IPv4 range in IPv6 form, like `::ffff:10.0.0.0/104`: it would match no address. */
export function hasMappedRange(ranges: string): boolean {
  return ranges.split(' ').some((range) => {
    const [base] = ipaddr.parseCIDR(range);
    return base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress();
  });
}

/** Reports whether every inner range lies within one outer range; false if either list is not valid. */
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

/** Reports whether an address is within one of the ranges; false if either is not valid. */
export function isWithin(ranges: string, text: string | undefined): boolean {
  if (text === undefined || !ipaddr.isValid(text) || !areRanges(ranges)) return false;
  const address = ipaddr.process(text); // turns an IPv4 address in IPv6 form into IPv4
  return ranges.split(' ').some((range) => {
    const [base, bits] = ipaddr.parseCIDR(range);
    return base.kind() === address.kind() && address.match(base, bits);
  });
}
