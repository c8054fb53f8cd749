import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { PolicyStatement } from './model.ts';

const Ranges = z.strictObject({
  'aws:SourceIp': z.union([z.string(), z.array(z.string())]).transform((ranges) => [ranges].flat()),
});

const AddressCondition = z.strictObject({ IpAddress: Ranges.optional(), NotIpAddress: Ranges.optional() });

/** Reports whether the condition of a statement is about `aws:SourceIp` only, or whether there is none. */
export function isAboutAddresses({ Condition = {} }: PolicyStatement): boolean {
  return AddressCondition.safeParse(Condition).success;
}

/** Reports whether the condition of a statement holds for an address; `undefined` if it is not about `aws:SourceIp` only. */
export function holdsFor({ Condition }: PolicyStatement, address: string): boolean | undefined {
  if (Condition === undefined) return true;
  const condition = AddressCondition.safeParse(Condition);
  if (!condition.success) return undefined;
  const { IpAddress, NotIpAddress } = condition.data;
  const isIn = (ranges: readonly string[]) => ranges.some((range) => isWithin(address, range));
  return (
    (IpAddress === undefined || isIn(IpAddress['aws:SourceIp'])) &&
    !(NotIpAddress && isIn(NotIpAddress['aws:SourceIp']))
  );
}

/** IAM accepts ranges and single addresses. */
function isWithin(text: string, range: string): boolean {
  const address = ipaddr.process(text);
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  const [base, prefix] = ipaddr.parseCIDR(range.includes('/') ? range : `${range}/${bits}`);
  return base.kind() === address.kind() && address.match(base, prefix);
}
