import type { Config } from './config.ts';

/** What is wrong with settings that do not go together; `undefined` if nothing is. `namedOf` names a setting in the message. */
export function brokenRule(config: Config, namedOf: (name: keyof Config) => string): string | undefined {
  if (config.outageGraceSeconds > 0 && config.decisionCacheSeconds === 0)
    return `${namedOf('outageGraceSeconds')} needs decisionCacheSeconds above 0: without a cache there is no decision to use`;
  const { authorizerReservedConcurrency: reserved, authorizerProvisionedConcurrency: provisioned } = config;
  if (reserved > 0 && reserved < provisioned)
    return `${namedOf('authorizerReservedConcurrency')} is less than authorizerProvisionedConcurrency: use ${provisioned} or more`;
  const { maxKeyLifetimeDays: longest, defaultKeyLifetimeDays: usual } = config;
  if (longest > 0 && usual > longest)
    return `${namedOf('defaultKeyLifetimeDays')} is more than maxKeyLifetimeDays: use ${longest} or less`;
  if (config.planActivationSeconds !== undefined && config.plans === undefined)
    return `${namedOf('planActivationSeconds')} needs plans: without them there is nothing to activate`;
  if (config.productName !== undefined && !config.portal)
    return `${namedOf('productName')} needs portal: only the page for keys shows it`;
  if (config.waf && config.webAclArn !== undefined)
    return `${namedOf('webAclArn')} is another web ACL than that of waf: use one of them`;
  if (!config.monitoring && config.alarmEmail !== undefined)
    return `${namedOf('alarmEmail')} needs monitoring: without it there are no alarms`;
  return undefined;
}

/** The same for the settings of a domain. */
export function brokenDomain(config: Config): string | undefined {
  const { domainName, certificateArn, disableDefaultEndpoint, basePath } = config;
  if ((domainName === undefined) !== (certificateArn === undefined))
    return 'domainName and certificateArn go together: give both, or neither';
  if (disableDefaultEndpoint && domainName === undefined)
    return 'disableDefaultEndpoint needs domainName: otherwise nobody can reach the API';
  if (basePath !== undefined && domainName === undefined)
    return 'basePath needs domainName: it is a path on that domain';
  return undefined;
}
