import { z } from 'zod';
import { arnOf } from '../account.ts';
import { type JsonAnswer, parseJson } from '../http/http-json.ts';
import { jsonCall } from '../http/json-calls.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { CallFaultSchema, CallFaults } from './call-fault.ts';
import type { AwsService, StandIn } from './stand-in.ts';

const GetParameters = z.object({
  Names: z.array(z.string()).min(1).max(10),
  WithDecryption: z.boolean().default(false),
});
const PutParameter = z.object({
  Name: z.string().min(1),
  Value: z.string().min(1),
  Type: z.enum(['String', 'StringList', 'SecureString']).default('String'),
  Overwrite: z.boolean().default(false),
  KeyId: z.string().default('alias/aws/ssm'),
});

/** A stand-in for SSM Parameter Store: `GetParameters` and `PutParameter`, kept in memory. */
export class ParameterStore implements AwsService {
  readonly #parameters = new Map<string, { value: string; type: string; version: number; keyId: string }>();
  #reads = 0;
  /** The faults of GetParameters calls. */
  readonly faults = new CallFaults();
  readonly controls = { 'PUT /ssm/fault': jsonCall(CallFaultSchema, (fault) => this.faults.set(fault)) };

  /** The number of GetParameters calls that IAM allowed. */
  get reads(): number {
    return this.#reads;
  }

  get status() {
    return { ssm: { reads: this.#reads } };
  }

  /** The KMS key that encrypts a parameter. */
  keyIdOf(name: string): string | undefined {
    return this.#parameters.get(name)?.keyId;
  }

  /** Stores a SecureString, as `npm run secrets` does on AWS. */
  put(name: string, value: string): void {
    this.#putParameter(PutParameter.parse({ Name: name, Value: value, Type: 'SecureString', Overwrite: true }));
  }

  /** Answers one call; throws {@link AwsError} as SSM would answer. */
  async call({ operation, body, require }: AwsCall): Promise<JsonAnswer> {
    const allow = (name: string) => require({ action: `ssm:${operation}`, resource: parameterArn(name) });
    if (operation === 'GetParameters') {
      const input = parse(GetParameters, parseJson(body));
      await Promise.all(input.Names.map(allow));
      this.#reads++;
      return this.faults.carryOut(async () => ({ status: 200, body: this.#getParameters(input) }));
    }
    if (operation === 'PutParameter') {
      const input = parse(PutParameter, parseJson(body));
      await allow(input.Name);
      return { status: 200, body: this.#putParameter(input) };
    }
    throw new AwsError('UnknownOperationException', `${operation} of SSM is not served locally`);
  }

  #getParameters({ Names, WithDecryption }: z.output<typeof GetParameters>) {
    const found = Names.filter((name) => this.#parameters.has(name));
    return {
      Parameters: found.map((name) => {
        const { value = '', type, version } = this.#parameters.get(name) ?? {};
        const hidden = type === 'SecureString' && !WithDecryption;
        const Value = hidden ? 'encrypted' : value;
        return { Name: name, Type: type, Value, Version: version, ARN: parameterArn(name), DataType: 'text' };
      }),
      InvalidParameters: Names.filter((name) => !this.#parameters.has(name)),
    };
  }

  #putParameter({ Name, Value, Type, Overwrite, KeyId }: z.output<typeof PutParameter>) {
    const known = this.#parameters.get(Name);
    if (known && !Overwrite) throw new AwsError('ParameterAlreadyExists', 'The parameter already exists.');
    const version = (known?.version ?? 0) + 1;
    this.#parameters.set(Name, { value: Value, type: Type, version, keyId: KeyId });
    return { Version: version, Tier: 'Standard' };
  }
}

/** Started for every template: no template declares its parameters. */
export const parameterStore = {
  resources: {},
  start: () => new ParameterStore(),
} satisfies StandIn;

function parameterArn(name: string): string {
  return arnOf('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
  return parsed.data;
}
