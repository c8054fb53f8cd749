// A new logical id replaces a resource: the log, the record or the URL of a deployment would be lost. Never change an id here.
// Add a line for a new resource.

/** The resources that outlive the stack, or are known outside it by a URL or an ARN. */
export const keptIds: Readonly<Record<string, string>> = {
  AuditBusA72CB67D: 'AWS::Events::EventBus',
  AuditBusArchive5ECB9A09: 'AWS::Events::Archive',
  AuthorizerLogA96429BA: 'AWS::Logs::LogGroup',
  CreateKeyLogA2BAE87C: 'AWS::Logs::LogGroup',
  CustomerApiAccessLogCEF31978: 'AWS::Logs::LogGroup',
  CustomerApiAccount037BF447: 'AWS::ApiGateway::Account',
  CustomerApiB06449FA: 'AWS::ApiGateway::RestApi',
  CustomerApiCloudWatchRole9779259A: 'AWS::IAM::Role',
  CustomerApiDataAuthorizerA9CEC4DE: 'AWS::ApiGateway::Authorizer',
  CustomerApiDeploymentStagev1B5A9BC0B: 'AWS::ApiGateway::Stage',
  CustomerApiKeyAuthorizer8F53161D: 'AWS::ApiGateway::Authorizer',
  ForgetKeyLogD95AD7F4: 'AWS::Logs::LogGroup',
  GetKeyLog86AA45AE: 'AWS::Logs::LogGroup',
  KeyRotationDeadLetters0CD09083: 'AWS::SQS::Queue',
  KeyRotationEndOverlapLog49D5CF59: 'AWS::Logs::LogGroup',
  KeyRotationSchedules8B6B9F6B: 'AWS::Scheduler::ScheduleGroup',
  ListKeysLogEDC26456: 'AWS::Logs::LogGroup',
  MonitoringAlarmTopicAF62D4F1: 'AWS::SNS::Topic',
  OpenApiLog3ED5E59E: 'AWS::Logs::LogGroup',
  OperatorApiAccessLog701FBB3D: 'AWS::Logs::LogGroup',
  OperatorApiDeploymentStagev18A87B401: 'AWS::ApiGateway::Stage',
  OperatorApiEFCC93CC: 'AWS::ApiGateway::RestApi',
  OperatorApiOperatorPolicy2B8DB84C: 'AWS::IAM::ManagedPolicy',
  OperatorApiOrganizationOperatorPolicy4F1DCBEE: 'AWS::IAM::ManagedPolicy',
  ResumeWorkLog968360EC: 'AWS::Logs::LogGroup',
  RevokeKeyLog0BCEADED: 'AWS::Logs::LogGroup',
  RevokeKeysLog9DD29F64: 'AWS::Logs::LogGroup',
  RevokeLeakedKeyLog971B16B7: 'AWS::Logs::LogGroup',
  RotateKeyLog71B21CA2: 'AWS::Logs::LogGroup',
  ScalekitWebhookLog9B8C74CB: 'AWS::Logs::LogGroup',
  UpdateKeyLog9C7445AB: 'AWS::Logs::LogGroup',
  WhoamiLog4CFD9EB6: 'AWS::Logs::LogGroup',
  WorkQueueAD162499: 'AWS::SQS::Queue',
};

/** The additional resources with every setting. */
export const keptIdsOfSettings: Readonly<Record<string, string>> = {
  PortalLinksLog62D0B688: 'AWS::Logs::LogGroup',
  PortalPageLog4830B7B4: 'AWS::Logs::LogGroup',
  ExpiryRemindersFunctionLog242A8935: 'AWS::Logs::LogGroup',
  ExpiryRemindersSchedulesEEB07F91: 'AWS::Scheduler::ScheduleGroup',
  AuthorizerAlias7AD153E1: 'AWS::Lambda::Alias',
  CanaryFunctionLogD69D0D6C: 'AWS::Logs::LogGroup',
  CustomerApiCustomDomainEF780635: 'AWS::ApiGateway::DomainName',
  CustomerApiWebAclLogE1FF41BB: 'AWS::Logs::LogGroup',
  CustomerManagedKeyAlias81934D30: 'AWS::KMS::Alias',
  CustomerManagedKeyED7015F3: 'AWS::KMS::Key',
};
