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

/** A regional endpoint with IPv4 and IPv6; the default is IPv4 only. */
export const regionalDualStack: EndpointConfiguration = {
  types: [EndpointType.REGIONAL],
  ipAddressType: IpAddressType.DUAL_STACK,
};

/**
 * Makes an API accept only TLS 1.2 and 1.3, and only if the TLS server name matches the request's host. By default a regional API
 * accepts TLS 1.0.
 */
export function requireModernTls(api: RestApi): void {
  const resource = api.node.defaultChild as CfnRestApi;
  resource.securityPolicy = SecurityPolicy.TLS13_1_2_PQ_2025_09;
  resource.endpointAccessMode = EndpointAccessMode.STRICT;
}

/** All APIs of an account share one role for access logs, so it outlives the API that sets it. */
export function loggingRole(isSet: boolean): Pick<RestApiProps, 'cloudWatchRole' | 'cloudWatchRoleRemovalPolicy'> {
  if (!isSet) return { cloudWatchRole: false };
  return { cloudWatchRole: true, cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN };
}
