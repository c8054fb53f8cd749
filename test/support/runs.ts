/**
 * How often a property is tried. A longer try, for a change of what it is about:
 * `PROPERTY_RUNS=20 npx vitest run --project unit test/unit/rotation.test.ts`.
 */
export function runs(usual: number): number {
  return Math.ceil(usual * Number(process.env['PROPERTY_RUNS'] ?? 1));
}
