import * as z from 'zod';
import { allowedIpsClaim } from '../authentication/source-address.ts';
import type { KeyRequest } from '../authorization/authority.ts';
import type { Lifetimes } from '../authorization/lifetime.ts';
import { msPerDay } from '../days.ts';
import { CustomClaims, Scope, text } from '../endpoint/schemas.ts';
import type { FieldError } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';

const never = 'never';
const usualDays = 90;
const offeredDays = [7, 30, 90, 180, 365];

/** The fields of the form for a new key, as they were sent: a form with errors shows them again. */
export interface CreateFields {
  readonly name: string;
  /** A number, or `never`. */
  readonly days: string;
  readonly scope: readonly string[];
  readonly addresses: string;
}

/** The lifetimes to choose from: value and text. */
export function lifetimeChoices({ maxDays, defaultDays }: Lifetimes): [value: string, text: string][] {
  const all = [...offeredDays, ...[maxDays, defaultDays].filter((days) => days !== undefined)];
  const allowed = [...new Set(all)]
    .filter((days) => maxDays === undefined || days <= maxDays)
    .toSorted((a, b) => a - b);
  const choices = allowed.map((days): [string, string] => [String(days), daysInWords(days)]);
  // Without an end, a key would get the default or the maximum.
  return maxDays === undefined && defaultDays === undefined ? [...choices, [never, 'Never']] : choices;
}

/** The lifetime that the form proposes. */
export function defaultDays({ maxDays = Infinity, defaultDays: days = usualDays }: Lifetimes): string {
  return String(Math.min(days, maxDays));
}

const CreateForm = z.object({
  name: z.string().trim().pipe(text(1, 255)),
  days: z.union([z.literal(never), z.string().regex(/^[1-9]\d{0,3}$/)], 'must be one of the choices'),
  scope: z.array(Scope).transform((words) => [...new Set(words.flat())]),
  addresses: z
    .string()
    .transform((lines) => lines.split(/\s+/).filter(Boolean).join(' '))
    .superRefine((ranges, context) => {
      if (ranges === '') return;
      const parsed = CustomClaims.safeParse({ [allowedIpsClaim]: ranges });
      for (const issue of parsed.error?.issues ?? []) context.addIssue({ code: 'custom', message: issue.message });
    }),
});

/** Reads the form for a new key. The errors have the names of its fields. */
export function readCreateForm(form: URLSearchParams): {
  readonly fields: CreateFields;
  readonly request: Result<KeyRequest, readonly FieldError[]>;
} {
  const fields = {
    name: form.get('name') ?? '',
    days: form.get('days') ?? '',
    scope: form.getAll('scope'),
    addresses: form.get('addresses') ?? '',
  };
  const parsed = CreateForm.safeParse(fields);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: String(path[0] ?? ''), message }));
    return { fields, request: fail(errors) };
  }
  const { name, days, scope, addresses } = parsed.data;
  const expiresAt = days === never ? undefined : new Date(Date.now() + Number(days) * msPerDay);
  const customClaims = addresses === '' ? {} : { [allowedIpsClaim]: addresses };
  return { fields, request: ok(withoutUndefined({ description: name, customClaims, scope, expiresAt })) };
}

const overlaps: [seconds: string, text: string][] = [
  ['0', 'At once'],
  ['3600', 'In an hour'],
  ['86400', 'In a day'],
  ['604800', 'In a week'],
  ['2592000', 'In 30 days'],
];

/** When a rotated key may end: value and text. */
export const overlapChoices: readonly (readonly [seconds: string, text: string])[] = overlaps;

/** The overlap that the form proposes. */
export const usualOverlap = '86400';

/** Reads the form for a rotation; `undefined` for an overlap that was not offered. */
export function readOverlap(form: URLSearchParams): number | undefined {
  const given = form.get('overlap');
  return overlaps.some(([seconds]) => seconds === given) ? Number(given) : undefined;
}

function daysInWords(days: number): string {
  return days === 365 ? 'In a year' : `In ${days} ${days === 1 ? 'day' : 'days'}`;
}
