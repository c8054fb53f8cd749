import aws4 from 'aws4';
import fc from 'fast-check';
import type { Attempt, Family, Judge } from './attempt.ts';
import { hostileBody } from './json.ts';
import { refused } from './judge.ts';
import { request } from './request.ts';
import type { HostileTarget } from './target.ts';

const routes = [
  ['GET', ''],
  ['POST', ''],
  ['POST', '/revoke'],
  ['GET', '/apit_1'],
  ['PATCH', '/apit_1'],
  ['DELETE', '/apit_1'],
  ['POST', '/apit_1/rotate'],
  ['POST', '/apit_1/forget'],
] as const;

/** Every refusal is 403 and reveals nothing else. */
const forbidden: Judge = async (exchange, target) => {
  const wrong = await refused(exchange, target);
  const [answer] = exchange.answers;
  if (wrong !== undefined || answer === undefined || !answer.headers.has('x-amzn-requestid')) return wrong;
  return answer.status === 403 ? undefined : `answers ${answer.status}`;
};

const scope = '20260101/us-east-1/execute-api/aws4_request';
const zeros = '0'.repeat(64);

/** Invalid credentials and made-up signatures. */
const authorization = ({ runtime, member }: HostileTarget) => {
  const { accessKeyId } = runtime.outputs.aws;
  return fc.oneof(
    fc.constantFrom(
      [],
      [`Authorization: Bearer ${member.key}`],
      ['Authorization: Basic YTpi'],
      ['Authorization: AWS4-HMAC-SHA256'],
      ['Authorization: AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature='],
      [`Authorization: AWS3 AWSAccessKeyId=${accessKeyId},Algorithm=HmacSHA256,Signature=x`],
      [`Authorization: AWS ${accessKeyId}:x`],
      [
        `Authorization: AWS4-ECDSA-P256-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=host, Signature=${zeros}`,
      ],
    ),
    fc
      .tuple(
        fc.constantFrom(
          accessKeyId,
          'AKIANONE',
          '__proto__',
          'constructor',
          '',
          '*',
          `${accessKeyId}\0`,
          accessKeyId.toLowerCase(),
        ),
        fc.constantFrom(
          'host',
          'host;x-amz-date',
          'x-amz-date',
          '',
          '__proto__;host',
          'host;host',
          'authorization;host',
          'HOST',
          'h;'.repeat(900),
        ),
        fc.constantFrom(zeros, '', 'x', zeros.slice(1), 'f'.repeat(64), `${zeros}\t`),
        fc.constantFrom('today', '20260101', '', '99999999', '__proto__'),
        fc.constantFrom('execute-api', 'sts', 's3', ''),
      )
      .map(([id, signedHeaders, signature, day, service]) => {
        const time = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
        const date = day === 'today' ? time.slice(0, 8) : day;
        const credential = `${id}/${date}/us-east-1/${service}/aws4_request`;
        return [
          `Authorization: AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
          `X-Amz-Date: ${time}`,
        ];
      }),
  );
};

/** Unsigned calls of the operators' API. */
export const unsigned: Family = (target) => {
  const { organizationId, otherOrganizationId, aws } = target.runtime.outputs;
  return fc
    .tuple(
      fc.constantFrom(...routes),
      authorization(target),
      fc.constantFrom(organizationId, otherOrganizationId, '*', '%2a', '..', '__proto__', ''),
      hostileBody,
      fc.constantFrom(
        '',
        '',
        '?%',
        '?__proto__=1&constructor=2',
        `?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${aws.accessKeyId}/${scope}&X-Amz-Signature=${zeros}`,
      ),
    )
    .map(([[method, path], headers, organization, body, query]) => ({
      bytes: request({
        method,
        path: `/organizations/${organization}/keys${path}${query}`,
        headers,
        ...(method === 'POST' || method === 'PATCH' ? { body } : {}),
      }),
      judge: forbidden,
    }));
};

/** Calls that were signed for another purpose, or with another secret than the operator's. */
export const wronglySigned: Family = (target) => {
  const { organizationId, otherOrganizationId, aws } = target.runtime.outputs;
  return fc
    .tuple(
      fc.constantFrom(...routes),
      fc.constantFrom('secret', 'method', 'organization', 'query', 'body', 'date', 'host', 'twice', 'region'),
    )
    .map(([[method, path], tampered]): Attempt => {
      const at = (organization: string) => `/v1/organizations/${organization}/keys${path}`;
      const signed = aws4.sign(
        {
          service: 'execute-api',
          region: tampered === 'region' ? 'eu-west-1' : 'us-east-1',
          host: tampered === 'host' ? 'other.example' : 'api.example',
          method: tampered === 'method' ? 'OPTIONS' : method,
          path: at(tampered === 'organization' ? otherOrganizationId : organizationId),
          headers: tampered === 'date' ? { 'X-Amz-Date': '20200101T000000Z' } : {},
          body: '',
        },
        { accessKeyId: aws.accessKeyId, secretAccessKey: tampered === 'secret' ? 'guessed' : aws.secretAccessKey },
      );
      const { Host: _host, 'Content-Length': _length, ...fields } = signed.headers as Record<string, string>;
      const headers = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
      return {
        bytes: request({
          method,
          target: at(organizationId) + (tampered === 'query' ? '?pageSize=30' : ''),
          headers: tampered === 'twice' ? [...headers, 'Authorization: x'] : headers,
          ...(tampered === 'body' ? { body: '{}' } : {}),
        }),
        judge: forbidden,
      };
    });
};
