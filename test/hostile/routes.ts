import fc from 'fast-check';

/** Every route that requires a key, with an id that does not exist. */
export const keyRoutes = [
  ['GET', '/whoami'],
  ['GET', '/keys'],
  ['POST', '/keys'],
  ['POST', '/keys/revoke'],
  ['GET', '/keys/apit_1'],
  ['PATCH', '/keys/apit_1'],
  ['DELETE', '/keys/apit_1'],
  ['POST', '/keys/apit_1/rotate'],
] as const;

export const keyRoute: fc.Arbitrary<(typeof keyRoutes)[number]> = fc.constantFrom(...keyRoutes);

/** A body for a method that accepts one. */
export function bodyFor(method: string): { body?: string } {
  return method === 'POST' || method === 'PATCH' ? { body: '{}' } : {};
}
