import { randomInt } from 'node:crypto';

const digits = '0123456789';
const base62 = `${digits}ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz`;

/** An id in Scalekit's format: `PREFIX_` and 18 digits. */
export function newId(prefix: 'org' | 'usr' | 'apit' | 'env' | 'skc' | 'ses' | 'm2morg' | 'sks'): string {
  return `${prefix}_1${pick(digits, 17)}`;
}

/** An opaque secret of 44 Base62 characters, 262 bits. */
export function newSecret(): string {
  return pick(base62, 44);
}

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
