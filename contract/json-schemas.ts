import * as z from 'zod';
import { answers } from './answers.ts';
import { requests } from './requests.ts';

/** A schema as the document has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The path that a named schema has in the document. */
export const schemaReference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Leaves out what tells nobody anything: a date's pattern at length beside its format, and the limits of JavaScript. */
function withoutNoise({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

const options = { unrepresentable: 'any', override: withoutNoise } as const;

/** Every schema that has a name, by its name; where one holds another, it refers to it. */
export function namedSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...requests, ...answers })) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...options, io: 'input', uri: (id) => schemaReference(id).$ref });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, embedded(schema)]));
}

/** A part of a path or a query: its name, its schema, and whether it must be there. */
interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

/**
 * The parameters that a schema of a path or a query names. Each is a text on its way; the document tells what the text
 * stands for, as is its custom, so a text that becomes a number is a number there.
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

/** Without what stands at the head of a schema that is a document of its own. */
function embedded({ $schema: _dialect, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
