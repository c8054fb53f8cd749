import { arnOf, aws } from '../account.ts';
import type { SynthesizedStack, Template } from './assembly.ts';
import { attributeOf, refOf } from './resource-ids.ts';

/** A resource of a stack, with every intrinsic function resolved. */
export interface Resource {
  readonly logicalId: string;
  /** The value of `Ref` for it. */
  readonly id: string;
  readonly properties: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** One stack. Its intrinsic functions resolve to the values that they would have after a deployment. */
export class Stack {
  readonly name: string;
  /** The folder that asset paths are relative to. */
  readonly folder: string;
  readonly template: Template;
  /** Intrinsics that could not be resolved, each named once. */
  readonly unresolved = new Set<string>();
  readonly #resources = new Map<string, readonly Resource[]>();

  constructor({ name, folder, template }: SynthesizedStack) {
    this.name = name;
    this.folder = folder;
    this.template = template;
  }

  /** The resources of one type. */
  resources(type: string): readonly Resource[] {
    const known = this.#resources.get(type);
    if (known) return known;
    const found = Object.entries(this.template.Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([logicalId, { Properties, Metadata }]) => ({
        logicalId,
        id: this.#idOf(logicalId),
        properties: this.resolve(Properties),
        metadata: Metadata,
      }));
    this.#resources.set(type, found);
    return found;
  }

  /** The ARN of a resource. */
  arn({ logicalId }: Resource): string {
    return this.#getAtt([logicalId, 'Arn']);
  }

  /** The outputs of the stack, as a deployment would show them. */
  outputs(): Record<string, string> {
    const outputs = Object.entries(this.template.Outputs);
    return Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(this.resolve(Value))]));
  }

  /** Replaces each intrinsic in a value, at any depth. One that cannot be resolved becomes its name and JSON. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
      return this.#call(...first);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.resolve(item)]));
  }

  #idOf(logicalId: string): string {
    const resource = this.template.Resources[logicalId];
    const property = (name: string) => this.resolve(resource?.Properties[name]);
    return refOf(resource?.Type, { stackName: this.name, logicalId, property });
  }

  #call(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt':
        return this.#getAtt(argument);
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return (this.resolve(parts) as unknown[]).join(separator);
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.resolve(text)).split(separator);
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number, unknown];
        return (this.resolve(list) as unknown[])[Number(index)];
      }
      case 'Fn::Sub':
        return this.#sub(argument);
      default:
        return this.#unresolved(name, argument);
    }
  }

  #ref(name: string): unknown {
    const pseudo: Record<string, string> = {
      'AWS::Region': aws.region,
      'AWS::AccountId': aws.accountId,
      'AWS::Partition': aws.partition,
      'AWS::URLSuffix': aws.urlSuffix,
      'AWS::StackName': this.name,
      'AWS::StackId': arnOf('cloudformation', `stack/${this.name}/local`),
    };
    if (name in pseudo) return pseudo[name];
    const parameter = this.template.Parameters[name]?.Default; // a deployment asks for one without a default
    if (parameter !== undefined) return parameter;
    if (name in this.template.Resources) return this.#idOf(name);
    return this.#unresolved('Ref', name);
  }

  #getAtt(argument: unknown): string {
    const [logicalId = '', attribute = ''] = Array.isArray(argument)
      ? argument.map(String)
      : String(argument).split(/\.(.*)/);
    const type = this.template.Resources[logicalId]?.Type;
    return attributeOf(type, attribute, this.#idOf(logicalId)) ?? this.#unresolved('Fn::GetAtt', argument);
  }

  #sub(argument: unknown): string {
    const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [
      string,
      Record<string, unknown>,
    ];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return String(this.resolve(variables[name]));
      return String(name.includes('.') ? this.#getAtt(name) : this.#ref(name));
    });
  }

  #unresolved(name: string, argument: unknown): string {
    const text = `${name} ${JSON.stringify(argument)}`;
    this.unresolved.add(text);
    return text;
  }
}
