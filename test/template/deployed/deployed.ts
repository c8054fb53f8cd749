import { synthesizeProduct } from '../../support/product.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** Every resource by its logical id: its properties, one per line, sorted. */
export type Deployed = ReadonlyMap<string, readonly string[]>;

/** Types that are known outside the stack by a URL, an ARN or an id. */
const known = ['RestApi', 'Stage', 'DomainName', 'Authorizer', 'Topic', 'ManagedPolicy', 'ScheduleGroup', 'Alias'];

export function synthesize(settings: object): Readonly<Record<string, Resource>> {
  const template = synthesizeProduct(settings).toJSON();
  const outputs = Object.entries((template['Outputs'] ?? {}) as Record<string, Record<string, unknown>>).map(
    ([id, output]) => [`Output ${id}`, { Type: 'Output', Properties: output }] as const,
  );
  return { ...(template['Resources'] as Record<string, Resource>), ...Object.fromEntries(outputs) };
}

/** The types, by id, of resources that outlive the stack or are known outside it. */
export function keptOf(resources: Readonly<Record<string, Resource>>): Record<string, string> {
  const kept = Object.entries(resources).filter(
    ([, { Type, DeletionPolicy }]) =>
      DeletionPolicy?.startsWith('Retain') || known.includes(Type.split('::').at(-1) ?? ''),
  );
  return Object.fromEntries(kept.map(([id, { Type }]) => [id, Type]));
}

/** Resources without the parts that may differ: hashes of code, and descriptions. */
export function deployed(resources: Readonly<Record<string, Resource>>): Deployed {
  const lines = Object.entries(resources).map(([id, { Type, Properties = {}, ...attributes }]) => {
    const { Metadata: _paths, ...rest } = attributes as Record<string, unknown>;
    const properties = Object.entries({ ...rest, ...withoutTexts(Type, Properties) });
    const lines = properties.map(([name, value]) => `  ${name}: ${JSON.stringify(sorted(value))}`);
    return [withoutHashes(id), [Type, ...lines.map(withoutHashes).toSorted()]] as const;
  });
  return new Map(lines.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** One paragraph per resource. */
export function toText(resources: Deployed): string {
  return [...resources].map(([id, [type, ...lines]]) => [`${id} ${type}`, ...lines, ''].join('\n')).join('\n');
}

/** The resources that are new or different in the second, and the ids that only the first has. */
export function difference(first: Deployed, second: Deployed): Deployed {
  const gone = [...first.keys()].filter((id) => !second.has(id));
  const changed = [...second].filter(([id, lines]) => lines.join('\n') !== first.get(id)?.join('\n'));
  return new Map([...gone.map((id) => [id, ['is gone']] as const), ...changed]);
}

/** The id of an API's deployment or of a function's version ends with a hash of its content. */
function withoutHashes(text: string): string {
  return text.replaceAll(/([0-9A-F]{8})[0-9a-f]{32}\b/g, '$1');
}

function withoutTexts(type: string, properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { Code: _hash, Description, AlarmDescription: _text, DashboardBody, ResponseTemplates, ...rest } = properties;
  return {
    ...rest,
    // A new description replaces a managed policy: its ARN, which is attached to operators, is lost.
    ...(type === 'AWS::IAM::ManagedPolicy' ? { Description } : {}),
    ...(DashboardBody ? { DashboardBody: JSON.parse(withoutTitles(DashboardBody)) } : {}),
    ...(ResponseTemplates ? { ResponseTemplates: withoutDetails(ResponseTemplates as Record<string, string>) } : {}),
  };
}

function withoutTitles(body: unknown): string {
  return JSON.stringify(body).replaceAll(/\\"title\\":\\".*?\\",?/g, '');
}

function withoutDetails(templates: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(templates).map(([type, body]) => {
      const { detail: _text, ...problem } = JSON.parse(body) as Record<string, unknown>;
      return [type, problem];
    }),
  );
}

/** The same value with the names of each object sorted. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]));
}
