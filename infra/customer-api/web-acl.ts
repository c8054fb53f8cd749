import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { responseBodies, visibility, webAclRules } from './web-acl-rules.ts';

interface WebAclProps {
  readonly config: Config;
  readonly stage: Stage;
  /** The headers of every response. */
  readonly commonHeaders: Readonly<Record<string, string>>;
}

/**
 * AWS WAF in front of a stage. Its logs and metrics hold no key: fields that may contain a key are redacted, and no request is
 * sampled.
 */
export class WebAcl extends Construct {
  constructor(scope: Construct, id: string, { config, stage, commonHeaders }: WebAclProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('ApiKeys'),
      customResponseBodies: responseBodies(config.docsUrl),
      rules: webAclRules(config.wafRequestsPerMinute, commonHeaders),
    });
    const log = new LogGroup(this, 'Log', {
      logGroupName: `aws-waf-logs-${Stack.of(this).stackName}-${config.stage}`, // WAF requires this prefix
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
      loggingFilter: keepOnly('BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'),
    });
    associate(this, 'Association', stage, acl.attrArn);
  }
}

/** Puts a web ACL in front of a stage. */
export function associate(scope: Construct, id: string, stage: Stage, webAclArn: string): void {
  new CfnWebACLAssociation(scope, id, { resourceArn: stage.stageArn, webAclArn });
}

/** Makes WAF log only requests with these actions. CDK passes a filter on unchanged, so its names are CloudFormation's. */
function keepOnly(...actions: readonly string[]) {
  const Conditions = actions.map((Action) => ({ ActionCondition: { Action } }));
  return { DefaultBehavior: 'DROP', Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions }] };
}
