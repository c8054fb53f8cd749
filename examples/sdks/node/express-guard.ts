import scalekit from '@scalekit-sdk/node';

type Client = InstanceType<typeof scalekit.ScalekitClient>;

/** What the guard needs of Express's request and response. */
interface Request {
  readonly headers: { readonly authorization?: string | undefined };
}
interface Response {
  readonly locals: Record<string, unknown>;
  status(code: number): this;
  set(name: string, value: string): this;
  json(body: object): unknown;
}

/** Middleware for Express: puts the key's token info into `response.locals.key`, or refuses the request. */
export function requireApiKey(client: Client) {
  return async (request: Request, response: Response, next: () => void): Promise<void> => {
    const refuse = (status: number, code: string) => {
      if (status === 401) response.set('WWW-Authenticate', 'Bearer');
      response.status(status).json({ status, code });
    };
    const [, key] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(request.headers.authorization ?? '') ?? [];
    if (key === undefined) return refuse(401, 'missing_credentials');
    // Scalekit also accepts the id of a key, and an id is no secret.
    if (key.startsWith('apit_')) return refuse(401, 'invalid_token');
    try {
      response.locals['key'] = (await client.token.validateToken(key)).tokenInfo;
    } catch (error) {
      // Only NOT_FOUND is about the key. Any other answer says that Scalekit, or our own client, is in trouble.
      const { ScalekitValidateTokenFailureException: Failure } = scalekit;
      const isUnknown = error instanceof Failure && error.message.startsWith('[not_found]');
      return isUnknown ? refuse(401, 'invalid_token') : refuse(503, 'upstream_unavailable');
    }
    next();
  };
}
