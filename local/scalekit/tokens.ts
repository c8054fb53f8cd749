import type { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { EmptySchema, timestampMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { ApiTokenService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/tokens/tokens_pb.js';
import { checkToken, invalidArgument } from './limits.ts';
import { pageSizeOf } from './page.ts';
import { TokenRows, toToken } from './token-rows.ts';

/** A change of a token. */
export interface Mutation {
  readonly kind: 'create' | 'update' | 'invalidate';
  readonly tokenId: string;
  /** Whether an SDK client made it, which names itself in a header. Our functions do not. */
  readonly bySdkClient: boolean;
}

/** The RPCs on API tokens. `onMutation` is called for each call that changed something. */
export function tokenService(
  database: DatabaseSync,
  onMutation: (mutation: Mutation) => void = () => {},
): ServiceImpl<typeof ApiTokenService> {
  const rows = new TokenRows(database);
  const tell = (kind: Mutation['kind'], tokenId: string, { requestHeader }: HandlerContext) =>
    onMutation({ kind, tokenId, bySdkClient: requestHeader.has('x-sdk-version') });
  return {
    createToken({ token: asked }, context) {
      if (!asked?.organizationId) throw invalidArgument('organization_id: must not be empty');
      checkToken(asked);
      const expiresAt = asked.expiry ? timestampMs(asked.expiry) : null;
      if (expiresAt !== null && expiresAt <= Date.now()) throw invalidArgument('expiry: must be in the future');
      const { token, tokenId } = rows.insert({ ...asked, expiresAt });
      tell('create', tokenId, context);
      return { token, tokenId, tokenInfo: toToken(rows.findActive(tokenId)) };
    },
    validateToken({ token }) {
      return { tokenInfo: toToken(rows.findActive(token)) };
    },
    updateToken({ token, customClaims, description }, context) {
      checkToken({ customClaims, description });
      const row = rows.findActive(token);
      // As Scalekit's live tests show, a map replaces the whole map, and an empty one changes nothing.
      rows.update(row, Object.keys(customClaims).length > 0 ? customClaims : undefined, description);
      tell('update', row.id, context);
      return { tokenInfo: toToken(rows.findActive(row.id)) };
    },
    listTokens({ organizationId, userId = '', pageSize, pageToken }) {
      if (!organizationId) throw invalidArgument('organization_id: must not be empty');
      const page = { size: pageSizeOf(pageSize, 10, 30), token: pageToken };
      const { rows: tokens, total, ...pageTokens } = rows.list(organizationId, userId, page);
      return { ...pageTokens, totalCount: total, tokens: tokens.map(toToken) };
    },
    invalidateToken({ token }, context) {
      const tokenId = rows.invalidate(token);
      if (tokenId !== undefined) tell('invalidate', tokenId, context);
      return create(EmptySchema);
    },
    fetchToken() {
      throw new ConnectError('FetchToken is not open to this client', Code.PermissionDenied);
    },
  };
}
