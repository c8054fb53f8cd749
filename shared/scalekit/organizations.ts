import organizationModule from '@scalekit-sdk/node/lib/organization.js';
import userModule from '@scalekit-sdk/node/lib/user.js';
import { ok, type Result } from '../result.ts';
import type { SdkCalls } from './sdk-calls.ts';
import type { CallFailure } from './verdict.ts';

const OrganizationClient = organizationModule.default;
const UserClient = userModule.default;

/** Scalekit's organizations and their members. */
export interface OrganizationDirectory {
  /** The name to show; the id if there is none. `refused`: Scalekit does not know the organization. */
  nameOf(organizationId: string): Promise<Result<string, CallFailure>>;
  /** `refused`: Scalekit does not know the user. */
  hasMember(organizationId: string, userId: string): Promise<Result<boolean, CallFailure>>;
}

/** Makes the directory. */
export function organizationDirectoryOf(calls: SdkCalls): OrganizationDirectory {
  return {
    async nameOf(organizationId) {
      const answer = await calls.call(OrganizationClient, true, (client) => client.getOrganization(organizationId));
      return answer.ok ? ok(answer.value.organization?.displayName || organizationId) : answer;
    },
    async hasMember(organizationId, userId) {
      const answer = await calls.call(UserClient, true, (client) => client.getUser(userId));
      if (!answer.ok) return answer;
      return ok(answer.value.user?.memberships.some((one) => one.organizationId === organizationId) ?? false);
    },
  };
}
