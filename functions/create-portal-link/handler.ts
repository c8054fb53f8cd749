import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { logger } from '../../shared/logger.ts';
import { createPortalLink, linkServices } from '../../shared/portal/create-link.ts';
import { ok } from '../../shared/result.ts';
import { CreatePortalLinkInput } from './schema.ts';

const services = linkServices();

/** Makes a link to the page for keys, which works once. Its code is in this answer and nowhere else. */
export const handler = keyEndpoint(services, CreatePortalLinkInput, async ({ body }, { by }) => {
  const made = await createPortalLink(services, body, by);
  if (!made.ok) return made;
  const { linkId } = made.value;
  const { organizationId } = by.actor;
  logger.info('portal_link_made', { requestId: by.requestId, linkId, organizationId });
  return ok({ status: 201, body: made.value });
});
