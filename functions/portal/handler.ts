import { portalHandler } from '../../shared/portal/portal.tsx';
import { portalServices } from '../../shared/portal/services.ts';

/** The page on which customers manage their keys. */
export const handler = portalHandler(portalServices());
