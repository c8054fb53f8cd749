import { type CfnRestApi, type RestApi, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';

/** Has an API take TLS 1.2 and 1.3 only; a regional one takes TLS 1.0 by default. */
export function requireModernTls(api: RestApi): void {
  const resource = api.node.defaultChild as CfnRestApi;
  resource.securityPolicy = SecurityPolicy.TLS13_1_2_PQ_2025_09;
  resource.endpointAccessMode = 'BASIC';
}
