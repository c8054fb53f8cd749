import * as z from 'zod';
import { answers } from './answers.ts';
import { requests } from './requests.ts';

/** A schema in the document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A reference to a named schema in the document. */
export const schemaReference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/**
 * Leaves out useless details: the long pattern of a date that has a format, and the limits of JavaScript's integers. A default
 * goes to the description, because some generators make a field with a default required.
 */
function withoutNoise({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.default === undefined) return;
  const { description } = jsonSchema;
  jsonSchema.description = `${description === undefined ? '' : `${description} `}Default: ${JSON.stringify(jsonSchema.default)}.`;
  delete jsonSchema.default;
}

const options = { unrepresentable: 'any', override: withoutNoise } as const;

/** Every named schema, by its name. A schema that contains another refers to it. */
export function namedSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...requests, ...answers })) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...options, io: 'input', uri: (id) => schemaReference(id).$ref });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, embedded(schema)]));
}

/** A parameter of a path or a query: its name, its schema, and whether it is required. */
interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

/**
 * The parameters in a schema of a path or a query. Each is sent as a string. OpenAPI describes the value of the string, so a
 * string that becomes a number is a number there.
 */
export function parametersOf(object: z.ZodObject): Parameter[] {
  const asSent = z.toJSONSchema(object, { ...options, io: 'input' });
  const asRead = z.toJSONSchema(object, { ...options, io: 'output' });
  return Object.entries(asRead.properties ?? {}).map(([name, schema]) => ({
    name,
    isRequired: asSent.required?.includes(name) ?? false,
    schema: embedded(schema as JsonSchema),
  }));
}

/** Removes the fields that only a schema in its own document needs. */
function embedded({ $schema: _dialect, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
