import {
  BasePathMapping,
  type CfnDomainName,
  type CfnRestApi,
  DomainName,
  EndpointAccessMode,
  EndpointType,
  IpAddressType,
  type RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Construct } from 'constructs';

interface CustomDomainProps {
  readonly restApi: RestApi;
  readonly domainName: string;
  readonly certificateArn: string;
  readonly disableDefaultEndpoint: boolean;
}

/** What a DNS record must be an alias of: a name, and the hosted zone that has it. */
export interface DomainAlias {
  readonly target: string;
  readonly hostedZoneId: string;
}

/**
 * A domain of the team's own for an API, by IPv4 and IPv6, and TLS 1.2 or later. The default endpoint can be turned off once
 * clients come by the domain: the alias is known only after the deployment that makes it.
 */
export class CustomDomain extends Construct {
  /** Of a DNS record for the domain. */
  readonly alias: DomainAlias;

  constructor(scope: Construct, id: string, props: CustomDomainProps) {
    super(scope, id);
    const { restApi, domainName, certificateArn, disableDefaultEndpoint } = props;
    const domain = new DomainName(this, 'Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS13_1_2_PQ_2025_09, // as of the API
      endpointAccessMode: EndpointAccessMode.STRICT,
    });
    const { REGIONAL } = EndpointType;
    (domain.node.defaultChild as CfnDomainName).endpointConfiguration = {
      types: [REGIONAL],
      ipAddressType: IpAddressType.DUAL_STACK,
    };
    new BasePathMapping(this, 'Mapping', { domainName: domain, restApi, stage: restApi.deploymentStage });
    if (disableDefaultEndpoint) (restApi.node.defaultChild as CfnRestApi).disableExecuteApiEndpoint = true;
    this.alias = { target: domain.domainNameAliasDomainName, hostedZoneId: domain.domainNameAliasHostedZoneId };
  }
}
