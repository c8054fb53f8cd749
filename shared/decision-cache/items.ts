import { createHash } from 'node:crypto';
import type { Item } from '../aws/dynamodb.ts';
import { type CachedCaller, decodeCaller, encodeCaller } from './cached-caller.ts';
import type { TableItem } from './table.ts';

// The items of the table. Each has the version of its form, and DynamoDB deletes it at `expiresAt` (s since the epoch).
// `notBefore` is in ms. An item that does not have exactly its form is never used.

const version = '1';

/**
 * How long a decision or a mark is kept: longer than any settings allow a decision to be used. So a frozen process that writes a
 * decision after a mark was deleted writes one that is too old to be used.
 */
const keptSeconds = 86_400;

/** How long the key id of a plain key is kept; it is written again in its last two days. */
const hashKeptSeconds = 7 * 86_400;
const hashRenewedSeconds = 2 * 86_400;

/** How long the last use of a key is kept: longer than anybody is likely to need it. */
const useKeptSeconds = 400 * 86_400;

/** How long the start of recording is kept: for good. */
const recordingKeptSeconds = 36_500 * 86_400;

/** Used in place of a key id: for the start of recording, and for the latest use of any key. */
export const recording = 'recording';
export const latestUse = 'latest';

/** The fields of a key that never change. */
export interface KnownKey {
  readonly keyId: string;
  readonly organizationId: string;
  readonly userId?: string;
  /** When its item must be written again (ms). */
  readonly renewedAt: number;
}

/** The item of a key's decision: the decision, or a mark in its place. */
export type DecisionItem =
  | { readonly kind: 'decision'; readonly beganAt: number; readonly caller: CachedCaller }
  | { readonly kind: 'mark' };

/** Reports whether ids can be parts of an item's id, as all of Scalekit's can. `undefined` passes: a key may have no user. */
export function areIds(...ids: readonly (string | undefined)[]): boolean {
  return ids.every((id) => id === undefined || /^[\w-]{1,64}$/.test(id));
}

/** The id of a plain key's item. It is a hash and does not contain the plain key. */
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

export function suspensionId(keyId: string): string {
  return `suspension#${keyId}`;
}

/** When a key was suspended (ms), or 0 once it is resumed. */
export function suspensionItem(keyId: string, at: number, now: number): TableItem {
  return { ...item(suspensionId(keyId), now, keptSeconds), notBefore: number(at) };
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

/** The item of a decision; `undefined` if the caller is too large. */
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

/** A mark of a key, a user or an organization, by its `id`: no decision that began before `notBefore` counts. */
export function markItem(id: string, notBefore: number): TableItem {
  return { ...item(id, notBefore, keptSeconds), notBefore: number(notBefore) };
}

/** A use of a key in the hour that begins at `hour` (ms). */
export function useItem(keyId: string, hour: number): TableItem {
  return { ...item(useId(keyId), hour, useKeptSeconds), notBefore: number(hour) };
}

/** States that every use since `at` (ms) is recorded. */
export function recordingItem(at: number): TableItem {
  return { ...item(useId(recording), at, recordingKeptSeconds), notBefore: number(at) };
}

/** The time of a mark, of a use, or of the start of recording. */
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
