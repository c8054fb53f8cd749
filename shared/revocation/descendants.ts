import type { KeyInfo } from '../key.ts';

/** The ids of the keys that made a key or that it took the place of. */
export function originsOf({ customClaims }: KeyInfo): string[] {
  return [customClaims['issued_by'], customClaims['rotated_from']].filter((id) => id !== undefined);
}

/** The ids of all keys that these keys made or were rotated to, however far, without these themselves. */
export function descendantsOf(keyIds: readonly string[], keys: readonly KeyInfo[]): Set<string> {
  const ancestors = new Set(keyIds);
  const found = new Set<string>();
  for (let parents = ancestors; parents.size > 0; ) {
    const children = keys.filter(
      (key) => !found.has(key.keyId) && !ancestors.has(key.keyId) && originsOf(key).some((id) => parents.has(id)),
    );
    parents = new Set(children.map((child) => child.keyId));
    for (const id of parents) found.add(id);
  }
  return found;
}
