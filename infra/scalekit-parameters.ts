import { Stack, Tokenization } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { canaryKeyName, parameterNames, webhookSecretName } from '../shared/deployment.ts';
import type { Config } from './config.ts';
import type { ApiFunction } from './lambda/api-function.ts';
import { parameterPath } from './names.ts';

/**
 * The Scalekit credentials: three SecureStrings that `npm run secrets` stores. The stack knows their names, never their values.
 * They are encrypted with the account's `aws/ssm` key, which needs no further permission, or with the deployment's own key.
 */
export class ScalekitParameters extends Construct {
  /** The path that the three names begin with. */
  readonly path: string;
  readonly #deadlineMs: number;
  readonly #key: IKey | undefined;

  constructor(
    scope: Construct,
    id: string,
    { config, key }: { readonly config: Config; readonly key: IKey | undefined },
  ) {
    super(scope, id);
    this.path = parameterPath(config.stage);
    this.#deadlineMs = config.scalekitDeadlineMs;
    this.#key = key;
  }

  /** Lets a function read exactly these three parameters, and sets their path. */
  grantRead(reader: ApiFunction): void {
    reader.addEnvironment('SCALEKIT_PARAMETER_PATH', this.path);
    reader.addEnvironment('SCALEKIT_DEADLINE_MS', Tokenization.stringifyNumber(this.#deadlineMs));
    this.#grantRead(reader, Object.values(parameterNames));
  }

  /** Lets the function for Scalekit's webhooks read their signing secret. */
  grantReadWebhookSecret(reader: ApiFunction): void {
    reader.addEnvironment('WEBHOOK_SECRET_PARAMETER', `${this.path}/${webhookSecretName}`);
    this.#grantRead(reader, [webhookSecretName]);
  }

  /** Lets the canary read its key. */
  grantReadCanaryKey(reader: ApiFunction): void {
    reader.addEnvironment('CANARY_KEY_PARAMETER', `${this.path}/${canaryKeyName}`);
    this.#grantRead(reader, [canaryKeyName]);
  }

  #grantRead(reader: ApiFunction, names: readonly string[]): void {
    const resources = names.map((name) =>
      Stack.of(this).formatArn({
        service: 'ssm',
        resource: 'parameter',
        resourceName: `${this.path.slice(1)}/${name}`,
      }),
    );
    reader.addToRolePolicy(new PolicyStatement({ actions: ['ssm:GetParameters'], resources }));
    if (!this.#key) return;
    reader.addToRolePolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [this.#key.keyArn],
        conditions: { StringEquals: { 'kms:EncryptionContext:PARAMETER_ARN': resources } },
      }),
    );
  }
}
