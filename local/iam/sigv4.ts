import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { aws } from '../account.ts';
import { type HeaderFields, valuesOf } from '../http/header-fields.ts';
import type { Identity } from './iam.ts';

/** How far a signer's clock may be off. */
const maxSkewMs = 5 * 60 * 1000;

/** A request, byte for byte as received. */
export interface SignedRequest {
  readonly method: string;
  /** Not decoded. */
  readonly path: string;
  /** Not decoded, without `?`. */
  readonly query: string;
  readonly headers: HeaderFields;
  readonly body: Buffer;
}

/** Why a signature is refused, with the name of AWS's exception. */
export interface SignatureRefusal {
  readonly error: 'MissingAuthenticationToken' | 'IncompleteSignature' | 'UnrecognizedClient' | 'InvalidSignature';
  readonly message: string;
}

/**
 * Finds the identity that signed a request with AWS Signature Version 4 in its Authorization header. The signature covers method,
 * path, query, body and each signed header. Presigned URLs are not accepted.
 */
export async function verifySignature(
  request: SignedRequest,
  service: string,
  identities: (accessKeyId: string) => Identity | undefined,
  now: number = Date.now(),
): Promise<Identity | SignatureRefusal> {
  const presented = parseAuthorization(request.headers);
  if ('error' in presented) return presented;
  const identity = identities(presented.accessKeyId);
  if (!identity) return refused('UnrecognizedClient', 'The security token included in the request is invalid.');
  const expectedScope = `${presented.date}/${aws.region}/${service}/aws4_request`;
  if (presented.scope !== expectedScope) {
    return refused(
      'InvalidSignature',
      `Credential should be scoped to a valid region and to correct service: '${service}'.`,
    );
  }
  const [signedAt, ...others] = valuesOf(request.headers, 'x-amz-date');
  const signingDate = new Date(
    (signedAt ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (others.length > 0 || Number.isNaN(signingDate.getTime()) || signedAt?.slice(0, 8) !== presented.date) {
    return refused('IncompleteSignature', "Authorization header requires existence of either a 'X-Amz-Date' header.");
  }
  if (signingDate.getTime() < now - maxSkewMs) {
    return refused('InvalidSignature', `Signature expired: ${signedAt} is more than 5 min. old.`);
  }
  if (signingDate.getTime() > now + maxSkewMs) {
    return refused('InvalidSignature', `Signature not yet current: ${signedAt} is more than 5 min. ahead.`);
  }
  if ((valuesOf(request.headers, 'x-amz-security-token')[0] ?? undefined) !== identity.credentials.sessionToken) {
    return refused('UnrecognizedClient', 'The security token included in the request is invalid.');
  }
  const expected = await signatureOf(request, service, identity, presented.signedHeaders, signingDate);
  return expected !== undefined && isEqual(expected, presented.signature) ? identity : mismatch;
}

const mismatch = refused(
  'InvalidSignature',
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
);

interface Presented {
  readonly accessKeyId: string;
  readonly date: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parseAuthorization(headers: HeaderFields): Presented | SignatureRefusal {
  const [value, ...others] = valuesOf(headers, 'authorization');
  if (value === undefined) return refused('MissingAuthenticationToken', 'Missing Authentication Token');
  const fields = new Map(
    value
      .replace(/^AWS4-HMAC-SHA256\s+/, '')
      .split(',')
      .map((field) => field.trim().split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  const [accessKeyId, date, ...scope] = fields.get('Credential')?.split('/') ?? [];
  const signature = fields.get('Signature') ?? '';
  const signedHeaders = fields.get('SignedHeaders')?.split(';');
  if (
    !value.startsWith('AWS4-HMAC-SHA256 ') ||
    others.length > 0 ||
    !accessKeyId ||
    !date ||
    !/^[0-9a-f]{64}$/.test(signature) ||
    !signedHeaders
  ) {
    return refused(
      'IncompleteSignature',
      "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters, as AWS4-HMAC-SHA256 has them.",
    );
  }
  if (!signedHeaders.includes('host')) {
    return refused('InvalidSignature', "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  return { accessKeyId, date, scope: [date, ...scope].join('/'), signedHeaders, signature };
}

/** Signs the request again with the known secret; `undefined` if the body does not match its declared hash. */
async function signatureOf(
  request: SignedRequest,
  service: string,
  { credentials }: Identity,
  signedHeaders: readonly string[],
  signingDate: Date,
): Promise<string | undefined> {
  // The signer trusts a declared hash, so it is checked first.
  const [declared] = valuesOf(request.headers, 'x-amz-content-sha256');
  if (declared !== undefined && declared !== createHash('sha256').update(request.body).digest('hex')) return undefined;
  const headers = Object.fromEntries(signedHeaders.map((name) => [name, valuesOf(request.headers, name).join(',')]));
  const signer = new SignatureV4({ service, region: aws.region, credentials, sha256: Sha256, applyChecksum: false });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: headers['host'] ?? '',
      path: request.path,
      query: parseQuery(request.query),
      headers,
      body: request.body,
    },
    { signingDate, signableHeaders: new Set(signedHeaders) },
  );
  const renewed = signed.headers['authorization'] ?? '';
  return /SignedHeaders=([^,]*)/.exec(renewed)?.[1] === signedHeaders.join(';')
    ? /Signature=([0-9a-f]+)/.exec(renewed)?.[1]
    : undefined;
}

function parseQuery(query: string): Record<string, string[]> {
  const parsed: Record<string, string[]> = Object.create(null);
  for (const part of query.split('&').filter(Boolean)) {
    const [name = '', value = ''] = part.split(/=(.*)/s).map(decode);
    parsed[name] = [...(parsed[name] ?? []), value];
  }
  return parsed;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function refused(error: SignatureRefusal['error'], message: string): SignatureRefusal {
  return { error, message };
}
