import { z } from 'zod';
import type { Template } from './assembly.ts';
import type { IntrinsicResolver } from './intrinsics.ts';
import type { Domain } from './model.ts';
import { resourcesOf } from './resources.ts';

const Mapping = z.object({ DomainName: z.string(), RestApiId: z.string(), BasePath: z.string().default('') });

/** Reads which REST API each domain of a template leads to. */
export function readDomains(template: Template, resolver: IntrinsicResolver): Domain[] {
  return resourcesOf(template, resolver, 'AWS::ApiGateway::BasePathMapping').map(([, properties]) => {
    const { DomainName, RestApiId, BasePath } = Mapping.parse(properties);
    return { url: `https://${DomainName}${BasePath && `/${BasePath}`}`, apiId: RestApiId };
  });
}
