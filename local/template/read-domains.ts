import { z } from 'zod';
import type { Domain } from './model.ts';
import type { Stack } from './stack.ts';

const Mapping = z.object({ DomainName: z.string(), RestApiId: z.string(), BasePath: z.string().default('') });

/** Reads the domains of a stack, each with its REST API. */
export function readDomains(stack: Stack): Domain[] {
  return stack.resources('AWS::ApiGateway::BasePathMapping').map(({ properties }) => {
    const { DomainName, RestApiId, BasePath } = Mapping.parse(properties);
    return { url: `https://${DomainName}${BasePath && `/${BasePath}`}`, apiId: RestApiId };
  });
}
