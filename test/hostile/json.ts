import fc from 'fast-check';
import { codeLikeText, inheritedName } from './code-like.ts';
import { utf8 } from './request.ts';

/** The fields that the key routes accept, and fields that no client may set. */
const field = fc.oneof(
  fc.constantFrom(
    'description',
    'scope',
    'userId',
    'customClaims',
    'expiresAt',
    'expiresIn',
    'overlapSeconds',
    'replace',
    'createdBefore',
    'issuedBy',
    'dryRun',
  ),
  fc.constantFrom(
    'organizationId',
    'organization_id',
    'keyId',
    'key',
    'token',
    'principalId',
    'roles',
    'plan',
    'authorizer',
  ),
  inheritedName,
);

const claimName = fc.oneof(
  fc.constantFrom('scope', 'issued_by', 'rotated_from', 'plan', 'allowed_ips', 'organizationId', 'Plan', 'plan '),
  inheritedName,
  codeLikeText,
);

const claims = fc.dictionary(claimName, codeLikeText, { minKeys: 1, maxKeys: 4, noNullPrototype: false });

/** JSON as a string, because it can contain members that no object of ours could have. */
const member: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(field, codeLikeText).map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`),
  },
  { weight: 4, arbitrary: claims.map((some) => `"customClaims":${JSON.stringify(some)}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        field,
        fc.constantFrom('1e999', '-0', '9007199254740993', '1e308', 'null', 'true', '[]', '{}', '-1', '0.1', '[[]]'),
      )
      .map(([name, value]) => `${JSON.stringify(name)}:${value}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '"__proto__":{"scope":"keys:write"}',
      '"constructor":{"prototype":{"scope":"keys:write"}}',
      '"customClaims":{"__proto__":{"plan":"pro"}}',
      '"customClaims":{"env":"a","env":"b"}',
      '"scope":"keys:read","scope":"keys:write admin"',
      '"scope":"keys:read\\u0000admin"',
      '"sc\\u006fpe":"admin"',
      '"description":"\\ud800"',
      '"description":"\\udc00\\ud800"',
      '"customClaims":{"\\ud800":"x"}',
      '"description":{"toString":null}',
      '"scope":["keys:read"]',
      '"expiresIn":1e15',
      '"expiresAt":"+275760-09-13T00:00:00Z"',
      '"expiresAt":"2099-02-30T25:61:61Z"',
    ),
  },
);

const harmlessLooking = codeLikeText
  .map((text) =>
    text
      .toWellFormed()
      .replaceAll(/\p{Cc}/gu, '')
      .slice(0, 200)
      .toWellFormed(),
  )
  .filter((text) => text !== '');

/** Valid bodies, which become keys: these strings pass through the authorizer's context and back. */
const fitting = fc
  .record(
    {
      description: harmlessLooking,
      scope: fc.constantFrom('keys:read', 'keys:read keys:write', 'keys:users', 'keys:write admin'),
      expiresIn: fc.constantFrom(3600, 4_000_000),
      customClaims: fc.dictionary(
        fc.oneof(
          inheritedName,
          harmlessLooking.map((text) => text.slice(0, 14).toWellFormed()),
        ),
        harmlessLooking,
        { minKeys: 1, maxKeys: 4 },
      ),
    },
    { requiredKeys: [] },
  )
  .map((some) => utf8(JSON.stringify(some)));

const deep = fc
  .tuple(fc.integer({ min: 100, max: 30_000 }), fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"customClaims":', '}']))
  .map(([depth, [open = '', close = '']]) => `${open.repeat(depth)}1${close.repeat(depth)}`);

const noJson = fc.constantFrom(
  '',
  ' ',
  '{',
  '{}{}',
  "{'description':'x'}",
  '{"description":"x",}',
  '{/**/}',
  '\xef\xbb\xbf{}',
  '\xff\xfe{\0}\0',
  '{"description":"\xc3\x28"}',
  '{"description":"\xed\xa0\x80"}',
  '{"description":"\xc0\x80"}',
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
  'description=x&scope=admin',
  '--b\r\nContent-Disposition: form-data; name="scope"\r\n\r\nadmin\r\n--b--',
  'NaN',
  'Infinity',
  '"__proto__"',
  '[{"scope":"admin"}]',
);

/** Bodies, as bytes, that mislead a careless parser. */
export const hostileBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 10, arbitrary: fitting },
  {
    weight: 8,
    arbitrary: fc.array(member, { minLength: 1, maxLength: 3 }).map((members) => utf8(`{${members.join(',')}}`)),
  },
  { weight: 1, arbitrary: deep },
  { weight: 2, arbitrary: noJson },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 200_000 }).map((length) => `{"description":"${'x'.repeat(length)}"}`),
  },
);
