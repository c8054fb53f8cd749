import { lifetimesFromEnvironment } from '../authorization/lifetime.ts';
import { suspensionsFromEnvironment } from '../decision-cache/suspensions.ts';
import { useRecordsFromEnvironment } from '../decision-cache/use-records.ts';
import { limitFromEnvironment, readEnvironment } from '../environment.ts';
import { keyServices } from '../keys/key-services.ts';
import type { PlanOf } from '../keys/plan-of-organization.ts';
import { remindersFromEnvironment } from '../reminders/reminders.ts';
import { overlapSchedulesFromEnvironment } from '../rotation/overlap-schedules.ts';
import type { PortalServices } from './page.ts';
import { portalStoreFromEnvironment } from './store.ts';

/** The services that the function's environment names. */
export function portalServices(planOf?: PlanOf): PortalServices {
  return {
    ...keyServices(planOf),
    store: portalStoreFromEnvironment(),
    uses: useRecordsFromEnvironment(),
    suspensions: suspensionsFromEnvironment(),
    schedules: overlapSchedulesFromEnvironment(),
    reminders: remindersFromEnvironment(),
    rules: { maxKeysPerUser: limitFromEnvironment('MAX_KEYS_PER_USER'), lifetimes: lifetimesFromEnvironment() },
    productName: readEnvironment('PRODUCT_NAME') ?? 'API keys',
  };
}
