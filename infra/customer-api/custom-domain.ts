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
  readonly basePath: string | undefined;
  readonly disableDefaultEndpoint: boolean;
}

/** The target of a DNS alias record, and its hosted zone. */
export interface DomainAlias {
  readonly target: string;
  readonly hostedZoneId: string;
}

/**
 * Your own domain for an API, with IPv4, IPv6, and TLS 1.2 or later. Turn off the default endpoint only once clients use the
 * domain: the alias target is known only after the deployment that creates it.
 */
export class CustomDomain extends Construct {
  /** For a DNS record of the domain. */
  readonly alias: DomainAlias;

  constructor(scope: Construct, id: string, props: CustomDomainProps) {
    super(scope, id);
    const { restApi, domainName, certificateArn, basePath, disableDefaultEndpoint } = props;
    const domain = new DomainName(this, 'Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS13_1_2_PQ_2025_09, // same as the API
      endpointAccessMode: EndpointAccessMode.STRICT,
    });
    const { REGIONAL } = EndpointType;
    (domain.node.defaultChild as CfnDomainName).endpointConfiguration = {
      types: [REGIONAL],
      ipAddressType: IpAddressType.DUAL_STACK,
    };
    new BasePathMapping(this, 'Mapping', {
      domainName: domain,
      restApi,
      stage: restApi.deploymentStage,
      ...(basePath === undefined ? {} : { basePath }),
    });
    if (disableDefaultEndpoint) (restApi.node.defaultChild as CfnRestApi).disableExecuteApiEndpoint = true;
    this.alias = { target: domain.domainNameAliasDomainName, hostedZoneId: domain.domainNameAliasHostedZoneId };
  }
}
