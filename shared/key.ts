import { scopeOf } from './key-claims.ts';
import type { KeyInfo } from './scalekit.ts';

/** A key as this API shows it. */
export interface Key extends Omit<KeyInfo, 'userEmail'> {
  /** The scope claim again, under its own name; absent for a key without scope. */
  readonly scope?: string;
}

export function toKey({ userEmail: _userEmail, ...info }: KeyInfo): Key {
  const scope = scopeOf(info).join(' ');
  return scope === '' ? info : { ...info, scope };
}
