import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { keyFunctions, methodAndPath } from '../key-functions.ts';

/** AWS's own rules. What they would block though a program may well send it is only counted. */
const managedRules: Readonly<Record<string, readonly string[]>> = {
  AWSManagedRulesAmazonIpReputationList: [],
  AWSManagedRulesKnownBadInputsRuleSet: [],
  AWSManagedRulesCommonRuleSet: ['NoUserAgent_HEADER', 'SizeRestrictions_BODY'],
};

const [, revokePath] = methodAndPath(keyFunctions.RevokeLeakedKey.open.route);

/** Whoever finds many keys calls the operators; an address that sends more than this tries tokens. */
const revocationsPerFiveMinutes = 100;

interface WebAclProps {
  readonly config: Config;
  readonly stage: Stage;
}

/** AWS WAF in front of a stage. Neither its logs nor its metrics hold a key: where a client may put a key is redacted, and no request is sampled. */
export class WebAcl extends Construct {
  constructor(scope: Construct, id: string, { config, stage }: WebAclProps) {
    super(scope, id);
    const visibility = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false, // samples hold headers
    });
    const limitOfAnAddress = (name: string, priority: number, limit: number, pathEnd?: string) => ({
      name,
      priority,
      action: { block: {} },
      statement: {
        rateBasedStatement: {
          limit,
          aggregateKeyType: 'IP',
          ...(pathEnd === undefined ? {} : { scopeDownStatement: endsWith(pathEnd) }),
        },
      },
      visibilityConfig: visibility(name),
    });
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('ApiKeys'),
      rules: [
        limitOfAnAddress('RequestsOfAnAddress', 0, config.wafRequestsPerFiveMinutes),
        // All who find keys share one limit of the API's: one address must not use it up.
        limitOfAnAddress('RevocationsOfAnAddress', 1, revocationsPerFiveMinutes, revokePath),
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
      ],
    });
    const log = new LogGroup(this, 'Log', {
      logGroupName: `aws-waf-logs-${Stack.of(this).stackName}-${config.stage}`, // WAF takes no other beginning
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [log.logGroupArn],
      redactedFields: [
        ...['authorization', 'x-api-key', 'cookie'].map((Name) => ({ singleHeader: { Name } })),
        { queryString: {} },
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: stage.stageArn, webAclArn: acl.attrArn });
  }
}

/** Requests whose path ends so, in whatever stage. */
function endsWith(path: string) {
  return {
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: 'ENDS_WITH',
      searchString: path,
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  };
}
