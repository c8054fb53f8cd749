import fc from 'fast-check';

/** Every route that takes a key, by one id that there is not. */
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

/** The body that a route takes, where it takes one. */
export function bodyFor(method: string): { body?: string } {
  return method === 'POST' || method === 'PATCH' ? { body: '{}' } : {};
}
