import type { KeyInfo } from '../key.ts';

/** The ids of the keys that made a key or that it replaced. */
export function originsOf({ customClaims }: KeyInfo): string[] {
  return [...new Set([customClaims['issued_by'], customClaims['rotated_from']])].filter((id) => id !== undefined);
}

/** The keys that the ancestors made or were rotated to, the keys that those made or were rotated to, and so on. */
export function descendantsOf(isAncestor: (keyId: string) => boolean, keys: readonly KeyInfo[]): KeyInfo[] {
  const childrenOf = new Map<string, KeyInfo[]>();
  for (const key of keys)
    for (const id of originsOf(key)) {
      const children = childrenOf.get(id);
      if (children) children.push(key);
      else childrenOf.set(id, [key]);
    }
  const found = new Set([...childrenOf].flatMap(([id, children]) => (isAncestor(id) ? children : [])));
  // The iteration includes the keys that it adds to the set.
  for (const { keyId } of found) for (const child of childrenOf.get(keyId) ?? []) found.add(child);
  return [...found].filter(({ keyId }) => !isAncestor(keyId));
}

/** Groups keys: no key is in an earlier group than its descendants. */
export function childrenFirst(keys: readonly KeyInfo[]): KeyInfo[][] {
  const byId = new Map(keys.map((key) => [key.keyId, key]));
  const childrenLeft = new Map<string, number>();
  for (const key of keys) for (const id of originsOf(key)) childrenLeft.set(id, (childrenLeft.get(id) ?? 0) + 1);
  const groups: KeyInfo[][] = [];
  const placed = new Set<KeyInfo>();
  for (let group = keys.filter(({ keyId }) => !childrenLeft.has(keyId)); group.length > 0; ) {
    groups.push(group);
    for (const key of group) placed.add(key);
    group = group.flatMap(originsOf).flatMap((id) => {
      const left = (childrenLeft.get(id) ?? 0) - 1;
      childrenLeft.set(id, left);
      return left === 0 ? (byId.get(id) ?? []) : [];
    });
  }
  const inCircles = keys.filter((key) => !placed.has(key));
  return inCircles.length > 0 ? [...groups, inCircles] : groups;
}
