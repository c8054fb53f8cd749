import { InvalidArgumentError } from 'commander';
import { idPatterns, outputNames, readServiceUrl } from '../../shared/deployment.ts';

// Parsers of option values for commander. Each throws an InvalidArgumentError that names the allowed values.

const secondsPer: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

export function duration(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([smhdwy])$/.exec(text) ?? [];
  const seconds = Math.round(Number(number) * (secondsPer[unit] ?? 0));
  if (!Number.isSafeInteger(seconds) || seconds === 0)
    throw new InvalidArgumentError('Use a number and a unit, like 90d, 12h, 30m or 45s.');
  return seconds;
}

export function claim(text: string, claims: Record<string, string> = {}): Record<string, string> {
  const [name, value] = text.split(/=(.*)/s);
  if (!name || value === undefined) throw new InvalidArgumentError('Use NAME=VALUE.');
  return { ...claims, [name]: value };
}

export function keyId(text: string): string {
  if (!idPatterns.key.test(text)) throw new InvalidArgumentError('Use an id that begins with apit_.');
  return text;
}

/** A key, a link to the page for keys, a user or a client. */
export function issuerId(text: string): string {
  if (!idPatterns.issuer.test(text))
    throw new InvalidArgumentError('Use an id that begins with apit_, plink_, usr_ or m2morg_.');
  return text;
}

/** Returns a time in RFC 3339. Accepts such a time, a date (its start in UTC), or an age. */
export function time(text: string): string {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i.test(text);
  if ((isDate || isTime) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  if (/^\d+(\.\d+)? ?[smhdwy]$/.test(text)) return new Date(Date.now() - duration(text) * 1000).toISOString();
  throw new InvalidArgumentError('Use a time like 2030-01-31T12:00:00Z, a date like 2030-01-31, or an age like 2h.');
}

/** `name=value` of CDK context. */
export function contextPair(text: string, pairs: Record<string, string> = {}): Record<string, string> {
  const [name, value] = text.split(/=(.*)/s);
  if (!name || value === undefined) throw new InvalidArgumentError('Use NAME=VALUE, like waf=true.');
  return { ...pairs, [name]: value };
}

/** A gap of less than a week in the record may be unnoticed. A use is kept for 400 days. */
export function days(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 7 || number > 390)
    throw new InvalidArgumentError('Use a whole number of days from 7 to 390.');
  return number;
}

export function organizationId(text: string): string {
  if (!idPatterns.organization.test(text)) throw new InvalidArgumentError('Use an id that begins with org_.');
  return text;
}

export function serviceUrl(text: string): string {
  const url = readServiceUrl(text);
  if (url !== undefined) return url;
  throw new InvalidArgumentError(
    `Use the URL in the output ${outputNames.operatorUrl}. It begins with https://; http:// is for localhost only.`,
  );
}
