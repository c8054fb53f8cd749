import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { ApiKeyAuth } from '../../infra/api-key-auth.ts';
import { ApiKeysStack } from '../../infra/api-keys-stack.ts';
import { completeConfig } from '../../infra/config.ts';
import { everySetting, newApp, synthesizeProduct } from '../support/product.ts';

// A resource that outlives its stack must not block the next deployment, neither after a creation that was rolled back nor,
// with `--import-existing-resources`, after `cdk destroy`.

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

type SettingName = keyof typeof everySetting;

/** Settings that need other settings. */
const companions: Partial<Record<SettingName, readonly SettingName[]>> = {
  outageGraceSeconds: ['decisionCacheSeconds'],
  productName: ['portal'],
  domainName: ['certificateArn'],
  certificateArn: ['domainName'],
  disableDefaultEndpoint: ['domainName', 'certificateArn'],
};

const single = (Object.keys(everySetting) as SettingName[]).map((name) => {
  const names = [name, ...(companions[name] ?? [])];
  return [name, Object.fromEntries(names.map((one) => [one, everySetting[one]]))] as const;
});

const resourcesOf = (template: Template) =>
  Object.entries(template.toJSON()['Resources'] as Record<string, Resource>).map(([id, one]) => ({ id, ...one }));

/** The name that a template gives to a resource, in the property that is named after its type. */
function literalName({ Type, Properties = {} }: Resource): unknown {
  const kind = Type.split('::').at(-1) ?? '';
  return Properties['Name'] ?? Properties[`${kind}Name`];
}

/** Nobody was promised a reminder, so the schedules go with the stack. */
/** Schedules that nobody was promised. */
const isReminder = (id: string) => /^(ExpiryReminders|Plans)Schedules/.test(id);

describe.each([['no setting', {}], ...single, ['every setting', everySetting]] as const)(
  'with %s',
  (_name, settings) => {
    const resources = resourcesOf(synthesizeProduct(settings));
    const kept = resources.filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));

    test('a rolled-back creation leaves only the account’s logging role, which has no fixed name', () => {
      const left = kept.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
      expect(left.map(({ Type }) => Type).sort()).toEqual(['AWS::ApiGateway::Account', 'AWS::IAM::Role']);
      expect(left.map(literalName)).toEqual([undefined, undefined]);
    });

    test('records and promised resources outlive the stack and their replacement', () => {
      const types = [
        'Events::EventBus',
        'Events::Archive',
        'Logs::LogGroup',
        'SQS::Queue',
        'Scheduler::ScheduleGroup',
        'KMS::Key',
      ];
      for (const { id, Type, DeletionPolicy, UpdateReplacePolicy } of resources) {
        if (!types.includes(Type.replace('AWS::', '')) || isReminder(id)) continue;
        expect([DeletionPolicy, UpdateReplacePolicy], id).toEqual(['RetainExceptOnCreate', 'Retain']);
      }
    });

    test('bus, schedule group and WAF log have fixed names; CloudFormation names all other retained resources', () => {
      const named = kept.filter((one) => literalName(one) !== undefined).map(({ Type }) => Type);
      const always = ['AWS::Events::EventBus', 'AWS::Scheduler::ScheduleGroup'];
      expect(named.sort()).toEqual('waf' in settings ? [always[0], 'AWS::Logs::LogGroup', always[1]] : always);
    });
  },
);

test('two deployments of one stage share no name', () => {
  const namesOf = (stackName: string) => {
    const stack = new Stack(newApp(), stackName);
    new ApiKeyAuth(stack, 'Keys', everySetting);
    const kinds = ['EventBus', 'ScheduleGroup', 'LogGroup', 'Alias', 'RestApi', 'Dashboard', 'WebACL'];
    return resourcesOf(Template.fromStack(stack))
      .filter(({ Type }) => kinds.includes(Type.split('::').at(-1) ?? '') && Type !== 'AWS::Lambda::Alias')
      .map(literalName)
      .filter((name) => typeof name === 'string');
  };
  const first = namesOf('One');
  expect(first.length).toBeGreaterThan(5);
  expect(first.filter((name) => namesOf('Two').includes(name))).toEqual([]);
});

test('the alias of the KMS key has the deployment’s name, and the secrets are below the stage’s path', () => {
  const config = completeConfig({ stage: 'prod', customerManagedKey: true });
  const template = Template.fromStack(new ApiKeysStack(newApp(), 'ApiKeys-prod', { config }));
  template.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/api-keys-ApiKeys-prod' });
  template.hasOutput('ScalekitParameterPath', { Value: '/scalekit/prod' });
});

test.each([
  ['dev', false],
  ['prod', true],
  ['staging', true],
])('the project’s own stack of stage %s has termination protection: %s', (stage, isProtected) => {
  const stack = new ApiKeysStack(newApp(), 'Test', { config: completeConfig({ stage }) });
  expect(stack.terminationProtection).toBe(isProtected);
});
