/** The ids and address that an event contains. */
interface Names {
  readonly organizationId: string;
  readonly userId: string;
  readonly email: string;
}

/** An event of Scalekit as its API reference documents it (scalekit.yaml, `webhooks`). */
export interface DocumentedEvent {
  readonly type: string;
  readonly object: string;
  readonly data: object;
  /** Absent in events that belong to no organization. */
  readonly organization_id?: string;
}

/** One event of every type that Scalekit documents, with every field of its example, including nulls and empty strings. */
export function documentedEvents({ organizationId, userId, email }: Names): DocumentedEvent[] {
  const at = '2026-01-15T10:30:00.123456789Z';
  const ofOrganization = (object: string, type: string, data: object): DocumentedEvent => ({
    type: `organization.${type}`,
    object,
    organization_id: organizationId,
    data,
  });
  const organization = {
    id: organizationId,
    create_time: at,
    update_time: at,
    display_name: 'Acme',
    external_id: null,
    metadata: null,
    region_code: 'US',
    settings: { features: [{ enabled: true, name: 'sso' }] },
  };
  const domain = {
    id: 'dom_1',
    domain: 'example.com',
    domain_type: 'ORGANIZATION_DOMAIN',
    organization_id: organizationId,
    environment_id: 'env_1',
    txt_record_key: 'domain-verification',
    txt_record_secret: 'secret',
    verification_status: 'PENDING',
    verification_method: 'DNS',
    updated_at: at,
  };
  const directory = {
    id: 'dir_1',
    organization_id: organizationId,
    directory_type: 'SCIM',
    enabled: false,
    provider: 'OKTA',
    updated_at: at,
  };
  const directoryUser = {
    id: 'diruser_1',
    organization_id: organizationId,
    dp_id: 'u1',
    email,
    active: true,
    name: 'A User',
    organization: 'Acme',
    roles: [{ role_name: 'billing' }],
    groups: [{ id: 'dirgroup_1', name: 'Group' }],
    address: { postal_code: '1', state: 'Here', formatted: '1, Here' },
    custom_attributes: { attribute: 'value' },
    raw_attributes: {},
  };
  const group = {
    id: 'dirgroup_1',
    directory_id: 'dir_1',
    organization_id: organizationId,
    display_name: 'Group',
    external_id: null,
    raw_attributes: {},
  };
  const connection = {
    id: 'conn_1',
    organization_id: organizationId,
    connection_type: 'OIDC',
    provider: 'OKTA',
    status: 'COMPLETED',
  };
  return [
    ...['created', 'updated'].map((verb) => ofOrganization('Organization', verb, organization)),
    ofOrganization('Organization', 'deleted', { ...organization, deleted_at: at }),
    ...['created', 'deleted', 'dns_verification_success', 'dns_verification_failed'].map((verb) =>
      ofOrganization('Organization', `domain_${verb}`, domain),
    ),
    ...ofUsers(organization, { organizationId, userId, email }),
    ...['enabled', 'disabled'].map((verb) => ofOrganization('Directory', `directory_${verb}`, directory)),
    ...['created', 'updated'].map((verb) => ofOrganization('DirectoryUser', `directory.user_${verb}`, directoryUser)),
    ofOrganization('DirectoryUser', 'directory.user_deleted', {
      id: 'diruser_1',
      organization_id: 'org_2', // the reference has another id here than next to `data`
      dp_id: 'u1',
      email,
    }),
    ...['created', 'updated', 'deleted'].map((verb) =>
      ofOrganization('DirectoryGroup', `directory.group_${verb}`, group),
    ),
    ...['created', 'enabled', 'disabled', 'deleted'].map((verb) =>
      ofOrganization('Connection', `sso_${verb}`, connection),
    ),
    ...ofNoOrganization(),
  ];
}

function ofUsers(organization: object, { organizationId, userId, email }: Names): DocumentedEvent[] {
  const at = '2026-01-15T10:30:00.12Z';
  const user = {
    id: userId,
    email,
    external_id: '',
    create_time: at,
    update_time: at,
    metadata: {},
    user_profile: {
      id: 'usp_1',
      custom_attributes: null,
      email_verified: true,
      external_identities: null,
      family_name: 'User',
      given_name: 'A',
      gender: '',
      groups: null,
      locale: '',
      name: 'A User',
      phone_number: '',
    },
  };
  const session = {
    session_id: 'ses_1',
    user_id: 'usr_2',
    organization_id: organizationId,
    authenticated_organizations: [organizationId],
    expired_at: null,
    logout_at: null,
    status: 'ACTIVE',
    device: { browser: 'Chrome', ip: '192.0.2.1', location: { city: 'Here', latitude: '1', longitude: '1' } },
  };
  const memberships = ['created', 'deleted', 'updated'].map((verb) => `organization_membership_${verb}`);
  return [
    ...['signup', 'organization_invitation', ...memberships].map((verb) => ({
      type: `user.${verb}`,
      object: 'OrgMembership',
      organization_id: organizationId,
      data: { organization, user },
    })),
    ...['login', 'logout'].map((verb) => ({
      type: `user.${verb}`,
      object: 'User',
      organization_id: organizationId,
      data: { user, user_session: session },
    })),
  ];
}

function ofNoOrganization(): DocumentedEvent[] {
  const verbs = ['created', 'updated', 'deleted'];
  const account = {
    id: 'ca_1',
    authorization_type: 'OAUTH',
    connection_id: 'conn_1',
    identifier: 'A User',
    provider: 'GMAIL',
    status: 'EXPIRED',
    old_status: 'ACTIVE',
  };
  const ofAccounts = [
    ...verbs,
    'status_updated',
    'magic_link_generated',
    'oauth_tokens_fetched',
    'oauth_succeeded',
    'token_refresh_succeeded',
    'token_refresh_failed',
  ];
  return [
    ...verbs.map((verb) => ({
      type: `role.${verb}`,
      object: 'Role',
      data: { id: 'role_1', name: 'viewer', display_name: 'Viewer', description: 'Reads', extends: 'member' },
    })),
    ...verbs.map((verb) => ({
      type: `permission.${verb}`,
      object: 'Permission',
      data: { id: 'perm_1', name: 'data:manage', description: 'Manages' },
    })),
    ...ofAccounts.map((verb) => ({ type: `connected_account.${verb}`, object: 'ConnectedAccount', data: account })),
  ];
}
