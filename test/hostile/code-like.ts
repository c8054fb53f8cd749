import fc from 'fast-check';

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'length', '0'];

const texts = [
  ...names,
  "' OR '1'='1",
  "'; DROP TABLE token; --",
  'apit_1" OR ""="',
  '../../../../etc/passwd',
  '..%2f..%2fkeys',
  '%2e%2e/%2e%2e/',
  '${7*7}',
  '#{7*7}',
  '{{constructor.constructor("return process")()}}',
  '$context.authorizer.organizationId',
  '$util.escapeJavaScript($input.body)',
  '${jndi:ldap://127.0.0.1/a}',
  '$(id)',
  '`id`',
  '; sleep 5',
  '<script>alert(1)</script>',
  '<!ENTITY x SYSTEM "file:///etc/passwd">',
  '\u0000',
  'a\u0000b',
  'a\r\nX-Injected: 1',
  '%0d%0aX-Injected:%201',
  '\u202Egnp.exe',
  '\u200Bkeys:write',
  '\uFEFF',
  '\uFFFD',
  'keyſ:write',
  '\u212Aeys:write',
  '\u{1F511}',
  'e\u0301'.repeat(40),
  '',
  ' ',
  '*',
  'null',
  'undefined',
  'NaN',
  'true',
  '-1',
  '1e308',
  '9007199254740993',
  '[object Object]',
  '%',
  '%s%n%x',
  '\\',
  '"',
  'org_1',
  'usr_1',
  'apit_1',
  'keys:read keys:write keys:users admin',
];

/** Strings that have a meaning for some interpreter, and random strings. */
export const codeLikeText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(...texts).map((text) => text.repeat(50)) },
);

/** Names that every object inherits. */
export const inheritedName: fc.Arbitrary<string> = fc.constantFrom(...names);

/** A string as a part of a path or query: unchanged, escaped once or twice, as over-long UTF-8, or in `%u` escapes. */
export const inTarget: fc.Arbitrary<string> = fc
  .tuple(codeLikeText, fc.constantFrom('raw', 'once', 'twice', 'over-long', 'utf-16'))
  .map(([text, how]) => {
    const bytes = Buffer.from(text, 'utf8');
    const escaped = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    switch (how) {
      case 'raw':
        return bytes.toString('latin1').replaceAll(/[\s?#]/g, '');
      case 'once':
        return escaped;
      case 'twice':
        return escaped.replaceAll('%', '%25');
      case 'over-long':
        return text
          .replaceAll('/', '%c0%af')
          .replaceAll('.', '%c0%ae')
          .replaceAll(/[^!-~]/g, '%ff');
      default:
        return text.replaceAll(/[^a-z]/gi, (character) => `%u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
    }
  });
