import { expect, test } from 'vitest';
import { readCredential, readServiceUrl } from '../../shared/deployment.ts';

test.each([
  ['https://acme.scalekit.com', 'https://acme.scalekit.com'],
  [' https://ACME.scalekit.com/ \n', 'https://acme.scalekit.com'],
  ['https://acme.scalekit.com/base/', 'https://acme.scalekit.com/base'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://localhost:3000/', 'http://localhost:3000'],
  ['http://[::1]:1', 'http://[::1]:1'],
])('%j is the URL %s', (text, url) => {
  expect(readServiceUrl(text)).toBe(url);
});

test.each([
  'acme.scalekit.com',
  'http://acme.scalekit.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'https://acme\n.scalekit.com',
  'https://user:secret@acme.scalekit.com',
  'https://acme.scalekit.com?x=1',
  'https://acme.scalekit.com#x',
  'ftp://acme.scalekit.com',
  '',
])('%j is not a URL that may receive secrets', (text) => {
  expect(readServiceUrl(text)).toBeUndefined();
});

test('a credential loses only the white space around it', () => {
  expect(readCredential('\t a secret \r\n')).toBe('a secret');
});

test.each(['', ' \n', 'a\nb', 'a\tb', 'é', 'a\u00a0b', 'a\0b'])('%j is not a credential', (text) => {
  expect(readCredential(text)).toBeUndefined();
});
