import { ConfigError } from '../config.ts';

/** Throws a {@link ConfigError} for a path that API Gateway itself answers on a custom domain. */
export function requireUnreserved(path: string): void {
  const [root, ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0 || (root !== 'ping' && root !== 'sping')) return;
  throw new ConfigError(
    `ApiKeyAuth: the path ${path} is reserved: on a custom domain, API Gateway answers it itself. Use another, like /health`,
  );
}
