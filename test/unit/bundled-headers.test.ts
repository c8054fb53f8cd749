import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Headers as BundledHeaders } from '../../infra/lambda/headers.mjs';

const name = fc.constantFrom('grpc-status', 'Grpc-Status', 'content-type', 'X-A', 'x-a');
const value = fc.constantFrom('0', 'a', 'b c', 'application/grpc');
const operation = fc.oneof(
  fc.tuple(fc.constantFrom('append', 'set'), name, value),
  fc.tuple(fc.constantFrom('delete'), name, fc.constant('')),
);
const initial = fc.array(fc.tuple(name, value), { maxLength: 4 });

test('behave like the global Headers in any sequence of operations', () => {
  fc.assert(
    fc.property(initial, fc.array(operation), (fields, operations) => {
      const pair = [new Headers(fields), new BundledHeaders(fields)] as const;
      for (const headers of pair) {
        for (const [what, field, text] of operations) {
          if (what === 'append') headers.append(field, text);
          else if (what === 'set') headers.set(field, text);
          else headers.delete(field);
        }
      }
      const [real, bundled] = pair;
      expect([...bundled]).toEqual([...real]);
      for (const field of ['GRPC-STATUS', 'x-A', 'none']) {
        expect(bundled.get(field)).toBe(real.get(field));
        expect(bundled.has(field)).toBe(real.has(field));
      }
      const visited: [string, string][] = [];
      bundled.forEach((text, field) => {
        visited.push([field, text]);
      });
      expect(visited).toEqual([...real]);
      expect([...new BundledHeaders(bundled)]).toEqual([...real]);
    }),
  );
});

test('accept an object, like the global Headers', () => {
  expect([...new BundledHeaders({ B: '1', a: '2' })]).toEqual([...new Headers({ B: '1', a: '2' })]);
});
