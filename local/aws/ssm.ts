import { z } from 'zod';
import { aws } from '../template/intrinsics.ts';
import { AwsError } from './aws-error.ts';

const GetParameters = z.object({
  Names: z.array(z.string()).min(1).max(10),
  WithDecryption: z.boolean().default(false),
});
const PutParameter = z.object({
  Name: z.string().min(1),
  Value: z.string().min(1),
  Type: z.enum(['String', 'StringList', 'SecureString']).default('String'),
  Overwrite: z.boolean().default(false),
});

/** A stand-in for SSM Parameter Store: `GetParameters` and `PutParameter`, kept in memory. */
export class ParameterStore {
  readonly #parameters = new Map<string, { value: string; type: string; version: number }>();
  #reads = 0;

  /** How many GetParameters calls came in. */
  get reads(): number {
    return this.#reads;
  }

  /** Stores a SecureString, as `npm run secrets` does on AWS. */
  put(name: string, value: string): void {
    this.call('PutParameter', { Name: name, Value: value, Type: 'SecureString', Overwrite: true });
  }

  /** Answers one operation; throws {@link AwsError} as SSM would answer. */
  call(operation: string, input: unknown): unknown {
    if (operation === 'GetParameters') return this.#getParameters(parse(GetParameters, input));
    if (operation === 'PutParameter') return this.#putParameter(parse(PutParameter, input));
    throw new AwsError('UnknownOperationException', `${operation} of SSM is not served locally`);
  }

  #getParameters({ Names, WithDecryption }: z.output<typeof GetParameters>) {
    this.#reads++;
    const found = Names.filter((name) => this.#parameters.has(name));
    return {
      Parameters: found.map((name) => {
        const { value = '', type, version } = this.#parameters.get(name) ?? {};
        const hidden = type === 'SecureString' && !WithDecryption;
        const ARN = `arn:${aws.partition}:ssm:${aws.region}:${aws.accountId}:parameter${name}`;
        return { Name: name, Type: type, Value: hidden ? 'encrypted' : value, Version: version, ARN, DataType: 'text' };
      }),
      InvalidParameters: Names.filter((name) => !this.#parameters.has(name)),
    };
  }

  #putParameter({ Name, Value, Type, Overwrite }: z.output<typeof PutParameter>) {
    const known = this.#parameters.get(Name);
    if (known && !Overwrite) throw new AwsError('ParameterAlreadyExists', 'The parameter already exists.');
    const version = (known?.version ?? 0) + 1;
    this.#parameters.set(Name, { value: Value, type: Type, version });
    return { Version: version, Tier: 'Standard' };
  }
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
  return parsed.data;
}
