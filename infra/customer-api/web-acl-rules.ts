import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { problemType } from '../../shared/deployment.ts';
import { keyFunctions, methodAndPath } from '../key-functions.ts';

/**
 * AWS managed rules. Rules that would block legitimate API clients only count: no user agent, a large body, and JSON bodies that
 * contain a URL, a path or HTML.
 */
const managedRules: Readonly<Record<string, readonly string[]>> = {
  AWSManagedRulesAmazonIpReputationList: [],
  AWSManagedRulesKnownBadInputsRuleSet: [],
  AWSManagedRulesCommonRuleSet: [
    'NoUserAgent_HEADER',
    'SizeRestrictions_BODY',
    'CrossSiteScripting_BODY',
    'GenericRFI_BODY',
    'GenericLFI_BODY',
    'EC2MetaDataSSRF_BODY',
  ],
};

const [, revokePath] = methodAndPath(keyFunctions.RevokeLeakedKey.open.route);

/** An address that sends more than this is guessing tokens. To revoke many keys, call the operators. */
const revocationsPerMinute = 60;

/** WAF counts requests over this many seconds. It unblocks an address when its count is below the limit. */
const windowSeconds = 60;

/** The name of the response body for a request over a limit. */
const throttledBody = 'throttled';

/** The response bodies. They have no request id, because WAF cannot insert one. */
export function responseBodies(
  docsUrl: string | undefined,
): Readonly<Record<string, CfnWebACL.CustomResponseBodyProperty>> {
  const problem = {
    type: problemType(docsUrl, 'throttled'),
    title: 'Too Many Requests',
    status: 429,
    detail: 'There are too many requests from this address. Wait for the seconds in Retry-After, then retry.',
    code: 'throttled',
  };
  return { [throttledBody]: { contentType: 'APPLICATION_JSON', content: JSON.stringify(problem) } };
}

/** The rules of a web ACL: limits per address first, then AWS managed rules. */
export function webAclRules(requestsPerMinute: number, commonHeaders: Readonly<Record<string, string>>) {
  const answer = throttledAnswer(commonHeaders);
  return [
    limitPerAddress('RequestsOfAnAddress', 0, requestsPerMinute, answer),
    // All finders of keys share one limit of the API: one address must not use it up.
    limitPerAddress('RevocationsOfAnAddress', 1, revocationsPerMinute, answer, pathEndsWith(revokePath)),
    ...Object.entries(managedRules).map(([name, counted], index) => ({
      name,
      priority: index + 2,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: 'AWS',
          name,
          ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
        },
      },
      visibilityConfig: visibility(name),
    })),
  ];
}

/** Metrics without samples, because samples contain headers. */
export function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}

function limitPerAddress(
  name: string,
  priority: number,
  limit: number,
  customResponse: CfnWebACL.CustomResponseProperty,
  scopeDownStatement?: CfnWebACL.StatementProperty,
): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    action: { block: { customResponse } },
    statement: {
      rateBasedStatement: {
        limit,
        evaluationWindowSec: windowSeconds,
        aggregateKeyType: 'IP',
        ...(scopeDownStatement ? { scopeDownStatement } : {}),
      },
    },
    visibilityConfig: visibility(name),
  };
}

/** A 429 with `Retry-After`, like API Gateway sends for its own limits. By default WAF sends 403, which clients do not retry. */
function throttledAnswer(commonHeaders: Readonly<Record<string, string>>): CfnWebACL.CustomResponseProperty {
  const headers = { 'Cache-Control': 'no-store', ...commonHeaders, 'Retry-After': String(windowSeconds) };
  return {
    responseCode: 429,
    customResponseBodyKey: throttledBody,
    responseHeaders: Object.entries(headers).map(([name, value]) => ({ name, value })),
  };
}

/**
 * Matches requests whose path ends with `path`, in any stage and any spelling: the API also accepts a trailing slash and
 * encoding.
 */
function pathEndsWith(path: string): CfnWebACL.StatementProperty {
  return {
    regexMatchStatement: {
      fieldToMatch: { uriPath: {} },
      regexString: `${path}/?$`,
      textTransformations: ['URL_DECODE', 'NORMALIZE_PATH', 'LOWERCASE'].map((type, priority) => ({ priority, type })),
    },
  };
}
