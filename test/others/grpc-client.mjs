// A client by @grpc/grpc-js, which is stricter than the SDK's: node grpc-client.mjs URL CERTIFICATE ACCESS_TOKEN ORGANIZATION_ID
import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { ApiTokenService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/tokens/tokens_pb.js';

const [, , url = '', certificate = '', accessToken = '', organizationId = ''] = process.argv;
const client = new Client(new URL(url).host, credentials.createSsl(readFileSync(certificate)));

/** Resolves to the answer, or to the code, the message and whether there are details. */
function call(path, request, authorization = `Bearer ${accessToken}`) {
  const metadata = new Metadata();
  metadata.set('authorization', authorization);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (bytes) => bytes,
      (bytes) => bytes,
      request,
      metadata,
      (error, answer) =>
        resolve(
          error
            ? {
                code: error.code,
                message: error.details,
                hasDetails: error.metadata.get('grpc-status-details-bin').length === 1,
              }
            : answer,
        ),
    );
  });
}

const { createToken, validateToken } = ApiTokenService.method;
const pathOf = ({ parent, name }) => `/${parent.typeName}/${name}`;
const request = (method, value) => Buffer.from(toBinary(method.input, create(method.input, value)));

const created = fromBinary(
  createToken.output,
  await call(pathOf(createToken), request(createToken, { token: { organizationId } })),
);
const validated = await call(pathOf(validateToken), request(validateToken, { token: created.token }));
console.log(
  JSON.stringify({
    organizationId: fromBinary(validateToken.output, validated).tokenInfo?.organizationId,
    unknown: await call(pathOf(validateToken), request(validateToken, { token: 'unknown' })),
    unauthenticated: await call(pathOf(validateToken), request(validateToken, { token: 'unknown' }), 'Bearer wrong'),
    notServed: await call('/scalekit.v1.connections.ConnectionService/ListConnections', Buffer.alloc(0)),
  }),
);
client.close();
