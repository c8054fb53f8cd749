import { planOfFromEnvironment } from '../../shared/plans/plan-of.ts';
import { portalHandler } from '../../shared/portal/portal.tsx';
import { portalServices } from '../../shared/portal/services.ts';

/** The page on which customers manage their keys. */
export const handler = portalHandler(portalServices(planOfFromEnvironment()));
