import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type CfnRestApi,
  EndpointAccessMode,
  type EndpointConfiguration,
  EndpointType,
  IpAddressType,
  type RestApi,
  type RestApiProps,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';

/** An endpoint of the region's own, by IPv4 and IPv6; without a word it is IPv4 alone. */
export const regionalDualStack: EndpointConfiguration = {
  types: [EndpointType.REGIONAL],
  ipAddressType: IpAddressType.DUAL_STACK,
};

/** Has an API take TLS 1.2 and 1.3 only, for the name that the request is for; a regional one takes TLS 1.0 by default. */
export function requireModernTls(api: RestApi): void {
  const resource = api.node.defaultChild as CfnRestApi;
  resource.securityPolicy = SecurityPolicy.TLS13_1_2_PQ_2025_09;
  resource.endpointAccessMode = EndpointAccessMode.STRICT;
}

/** The account's role for access logs is one for all APIs: an API that sets it leaves it behind. */
export function loggingRole(isSet: boolean): Pick<RestApiProps, 'cloudWatchRole' | 'cloudWatchRoleRemovalPolicy'> {
  if (!isSet) return { cloudWatchRole: false };
  return { cloudWatchRole: true, cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN };
}
