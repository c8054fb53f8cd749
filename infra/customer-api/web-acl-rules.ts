import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { problemType } from '../../shared/deployment.ts';
import { keyFunctions, methodAndPath } from '../key-functions.ts';

/**
 * AWS's own rules. What they would block though a program may well send it is only counted: no user agent, a large body, and
 * bodies of JSON with a URL, a path or HTML in them.
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

/** Whoever finds many keys calls the operators; an address that sends more than this tries tokens. */
const revocationsPerMinute = 60;

/** WAF looks at the requests of so many seconds, and lets an address in again when they are below the limit. */
const windowSeconds = 60;

/** The name of the body that a request over a limit is answered with. */
const throttledBody = 'throttled';

/** The bodies of answers. WAF has no id of a request that it could put in. */
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

/** The rules of a web ACL: limits per address first, then AWS's own. */
export function webAclRules(requestsPerMinute: number, commonHeaders: Readonly<Record<string, string>>) {
  const answer = throttledAnswer(commonHeaders);
  return [
    limitPerAddress('RequestsOfAnAddress', 0, requestsPerMinute, answer),
    // All who find keys share one limit of the API's: one address must not use it up.
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

/** Metrics without samples: those hold headers. */
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

/** An answer to wait on, as API Gateway gives it for its own limits; a block without one says 403, which no client repeats. */
function throttledAnswer(commonHeaders: Readonly<Record<string, string>>): CfnWebACL.CustomResponseProperty {
  const headers = { 'Cache-Control': 'no-store', ...commonHeaders, 'Retry-After': String(windowSeconds) };
  return {
    responseCode: 429,
    customResponseBodyKey: throttledBody,
    responseHeaders: Object.entries(headers).map(([name, value]) => ({ name, value })),
  };
}

/** Requests whose path ends so, in whatever stage, and however it is written: the API takes it with a slash more, and encoded. */
function pathEndsWith(path: string): CfnWebACL.StatementProperty {
  return {
    regexMatchStatement: {
      fieldToMatch: { uriPath: {} },
      regexString: `${path}/?$`,
      textTransformations: ['URL_DECODE', 'NORMALIZE_PATH', 'LOWERCASE'].map((type, priority) => ({ priority, type })),
    },
  };
}
