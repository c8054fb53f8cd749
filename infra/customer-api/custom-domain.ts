import {
  BasePathMapping,
  type CfnRestApi,
  DomainName,
  EndpointType,
  type RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Construct } from 'constructs';

interface CustomDomainProps {
  readonly restApi: RestApi;
  readonly domainName: string;
  readonly certificateArn: string;
}

/** A domain of the team's own for an API, by TLS 1.2 or later, and the API's default endpoint off. */
export class CustomDomain extends Construct {
  /** What a DNS record for the domain must be an alias of. */
  readonly aliasTarget: string;

  constructor(scope: Construct, id: string, { restApi, domainName, certificateArn }: CustomDomainProps) {
    super(scope, id);
    const domain = new DomainName(this, 'Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new BasePathMapping(this, 'Mapping', { domainName: domain, restApi, stage: restApi.deploymentStage });
    (restApi.node.defaultChild as CfnRestApi).disableExecuteApiEndpoint = true;
    this.aliasTarget = domain.domainNameAliasDomainName;
  }
}
