import { createHash } from 'node:crypto';
import type { Item } from '../aws/dynamodb.ts';
import { type CachedCaller, decodeCaller, encodeCaller } from './cached-caller.ts';
import type { TableItem } from './table.ts';

// The items of the table. Each has the version of its form, and is deleted by DynamoDB at `expiresAt` (s since the epoch).
// `notBefore` is in ms. An item that is not exactly of its form does not count.

const version = '1';

/**
 * How long a decision or a mark is kept: longer than any decision may be used, whatever the settings were when it was
 * written. A put that was frozen for as long then finds no place in which a decision is young enough to be used.
 */
const keptSeconds = 86_400;

/** How long the id of a plain key is kept; it is written again before its last two days. */
const hashKeptSeconds = 7 * 86_400;
const hashRenewedSeconds = 2 * 86_400;

/** How long the last use of a key is kept: longer than anybody may ask for. */
const useKeptSeconds = 400 * 86_400;

/** How long it is kept since when uses are recorded: for good. */
const recordingKeptSeconds = 36_500 * 86_400;

/** Stand in the place of a key's id, and are none: since when uses are recorded, and the latest of any key. */
export const recording = 'recording';
export const latestUse = 'latest';

/** What never changes of a key. */
export interface KnownKey {
  readonly keyId: string;
  readonly organizationId: string;
  readonly userId?: string;
  /** When its item is to be written again (ms). */
  readonly renewedAt: number;
}

/** What there is of a key's decision. */
export type DecisionItem =
  | { readonly kind: 'decision'; readonly beganAt: number; readonly caller: CachedCaller }
  | { readonly kind: 'mark' };

/** Tells whether ids can be parts of an item's id, as all of Scalekit's can. A key may have no user. */
export function areIds(...ids: readonly (string | undefined)[]): boolean {
  return ids.every((id) => id === undefined || /^[\w-]{1,64}$/.test(id));
}

/** The id of a plain key's item, which holds no plain key. */
export function hashId(plainKey: string): string {
  return `hash#${createHash('sha256').update(plainKey).digest('hex')}`;
}

export function decisionId(keyId: string): string {
  return `decision#${keyId}`;
}

export function endedId(organizationId: string, userId?: string): string {
  return `ended#${organizationId}${userId === undefined ? '' : `#${userId}`}`;
}

export function useId(keyId: string): string {
  return `used#${keyId}`;
}

export function hashItem(id: string, { keyId, organizationId, userId }: CachedCaller, now: number): TableItem {
  const names = { keyId, organizationId, ...(userId === undefined ? {} : { userId }) };
  const texts = Object.entries(names).map(([name, S]) => [name, { S }]);
  return { ...item(id, now, hashKeptSeconds), ...Object.fromEntries(texts) };
}

export function decodeHash(found: Item): KnownKey | undefined {
  const [keyId, organizationId, userId] = ['keyId', 'organizationId', 'userId'].map((name) => textOf(found, name));
  const expiresAt = numberOf(found, 'expiresAt');
  const names = ['keyId', 'organizationId', ...(userId === undefined ? [] : ['userId'])];
  if (!hasForm(found, names) || keyId === undefined || organizationId === undefined || expiresAt === undefined)
    return undefined;
  if (!areIds(keyId, organizationId, userId)) return undefined;
  const user = userId === undefined ? {} : { userId };
  return { keyId, organizationId, ...user, renewedAt: (expiresAt - hashRenewedSeconds) * 1000 };
}

/** `undefined` for a caller that is too large. */
export function decisionItem(caller: CachedCaller, beganAt: number): TableItem | undefined {
  const text = encodeCaller(caller);
  if (text === undefined) return undefined;
  return { ...item(decisionId(caller.keyId), beganAt, keptSeconds), notBefore: number(beganAt), caller: { S: text } };
}

export function decodeDecision(found: Item): DecisionItem | undefined {
  if (!('caller' in found)) return decodeNotBefore(found) === undefined ? undefined : { kind: 'mark' };
  const caller = decodeCaller(textOf(found, 'caller') ?? '');
  const beganAt = numberOf(found, 'notBefore');
  if (!hasForm(found, ['caller', 'notBefore']) || !caller || beganAt === undefined) return undefined;
  return { kind: 'decision', beganAt, caller };
}

/** A mark: no decision that began before `notBefore` counts, of a key, a user or an organization by its `id`. */
export function markItem(id: string, notBefore: number): TableItem {
  return { ...item(id, notBefore, keptSeconds), notBefore: number(notBefore) };
}

/** A use of a key in the hour that begins at `hour` (ms). */
export function useItem(keyId: string, hour: number): TableItem {
  return { ...item(useId(keyId), hour, useKeptSeconds), notBefore: number(hour) };
}

/** Every use since `at` (ms) is recorded. */
export function recordingItem(at: number): TableItem {
  return { ...item(useId(recording), at, recordingKeptSeconds), notBefore: number(at) };
}

/** The time of a mark, of a use, or since when uses are recorded. */
export function decodeNotBefore(found: Item): number | undefined {
  return hasForm(found, ['notBefore']) ? numberOf(found, 'notBefore') : undefined;
}

function item(id: string, from: number, seconds: number): TableItem {
  return { id: { S: id }, version: { N: version }, expiresAt: number(Math.ceil(from / 1000) + seconds) };
}

function hasForm(found: Item, names: readonly string[]): boolean {
  const expected = ['id', 'version', 'expiresAt', ...names];
  return (
    Object.keys(found).length === expected.length &&
    expected.every((name) => name in found) &&
    numberOf(found, 'version') === Number(version)
  );
}

function number(value: number): { readonly N: string } {
  return { N: String(value) };
}

function numberOf(found: Item, name: string): number | undefined {
  const attribute = found[name];
  return attribute && 'N' in attribute && /^\d{1,15}$/.test(attribute.N) ? Number(attribute.N) : undefined;
}

function textOf(found: Item, name: string): string | undefined {
  const attribute = found[name];
  return attribute && 'S' in attribute ? attribute.S : undefined;
}
