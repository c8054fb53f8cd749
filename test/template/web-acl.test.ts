import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { synthesizeProduct } from '../support/product.ts';

interface Rule {
  readonly Name: string;
  readonly Action?: { readonly Block: { readonly CustomResponse: Record<string, unknown> } };
  readonly Statement: {
    readonly RateBasedStatement?: {
      readonly Limit: number;
      readonly ScopeDownStatement?: { readonly RegexMatchStatement: Record<string, unknown> };
    };
    readonly ManagedRuleGroupStatement?: {
      readonly Name: string;
      readonly RuleActionOverrides: { readonly Name: string; readonly ActionToUse: object }[];
    };
  };
}

const template = synthesizeProduct({ waf: true, corsAllowOrigin: 'https://app.example.com' });
const acl = Object.values(template.findResources('AWS::WAFv2::WebACL'))[0]?.['Properties'] as {
  readonly Rules: readonly Rule[];
  readonly CustomResponseBodies: { readonly throttled: { readonly ContentType: string; readonly Content: string } };
};
const rules = acl.Rules;
const limits = rules.filter(({ Statement }) => Statement.RateBasedStatement);

test('an address over a limit gets the problem of the API’s own 429, with Retry-After and CORS headers', () => {
  expect(limits).toHaveLength(2);
  for (const { Action } of limits)
    expect(Action?.Block.CustomResponse).toEqual({
      ResponseCode: 429,
      CustomResponseBodyKey: 'throttled',
      ResponseHeaders: expect.arrayContaining([
        { Name: 'Retry-After', Value: '60' },
        { Name: 'Cache-Control', Value: 'no-store' },
        { Name: 'Access-Control-Allow-Origin', Value: 'https://app.example.com' },
      ]),
    });
  const { ContentType, Content } = acl.CustomResponseBodies.throttled;
  expect(ContentType).toBe('APPLICATION_JSON');
  expect(JSON.parse(Content)).toEqual({
    type: 'about:blank',
    title: 'Too Many Requests',
    status: 429,
    detail: expect.stringMatching(/\.$/),
    code: 'throttled',
  });
});

test('one address may send 200 requests per second, because many clients may share it', () => {
  expect(limits[0]?.Statement.RateBasedStatement?.Limit).toBe(200 * 60);
});

test('neither a trailing slash nor an encoded letter bypasses the limit of /revoke', () => {
  const { RegexString, TextTransformations, FieldToMatch } =
    limits[1]?.Statement.RateBasedStatement?.ScopeDownStatement?.RegexMatchStatement ?? {};
  expect(FieldToMatch).toEqual({ UriPath: {} });
  expect(TextTransformations).toEqual([
    { Priority: 0, Type: 'URL_DECODE' },
    { Priority: 1, Type: 'NORMALIZE_PATH' },
    { Priority: 2, Type: 'LOWERCASE' },
  ]);
  const pattern = new RegExp(String(RegexString));
  for (const path of ['/v1/revoke', '/v1/revoke/', '/revoke']) expect(pattern.test(path), path).toBe(true);
  for (const path of ['/v1/revoked', '/v1/revoke/x', '/v1/keys']) expect(pattern.test(path), path).toBe(false);
});

test('ordinary JSON bodies are counted, not blocked', () => {
  const common = rules.find(({ Name }) => Name === 'AWSManagedRulesCommonRuleSet');
  const overrides = common?.Statement.ManagedRuleGroupStatement?.RuleActionOverrides ?? [];
  expect(overrides.map(({ Name }) => Name)).toEqual(
    expect.arrayContaining([
      'CrossSiteScripting_BODY',
      'GenericRFI_BODY',
      'GenericLFI_BODY',
      'EC2MetaDataSSRF_BODY',
      'SizeRestrictions_BODY',
    ]),
  );
  for (const { Name, ActionToUse } of overrides) expect(ActionToUse, Name).toEqual({ Count: {} });
});

test('only requests that a rule blocked or counted are logged', () => {
  template.hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
    LoggingFilter: {
      DefaultBehavior: 'DROP',
      Filters: [
        {
          Behavior: 'KEEP',
          Requirement: 'MEETS_ANY',
          Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((Action) => ({ ActionCondition: { Action } })),
        },
      ],
    },
    RedactedFields: Match.anyValue(),
  });
});

test('the former setting is refused, and the message names its replacement', () => {
  expect(() => synthesizeProduct({ wafRequestsPerFiveMinutes: 3000 })).toThrow(
    /wafRequestsPerFiveMinutes is no longer a setting: use wafRequestsPerMinute/,
  );
});
