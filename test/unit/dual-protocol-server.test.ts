import { once } from 'node:events';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createDualProtocolServer } from '../../local/scalekit/dual-protocol-server.ts';

test.each(['fin', 'rst', 'goaway'] as const)('a connection that was just destroyed may be ended by %s', async (how) => {
  const ended = Promise.withResolvers<void>();
  const { server, endConnections } = createDualProtocolServer(
    (_request, response) => response.end(),
    ({ stream }) => {
      stream.session?.destroy();
      ended.resolve(new Promise<void>((resolve) => resolve(endConnections(how))));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  client
    .on('error', () => {})
    .request({ ':path': '/' })
    .on('error', () => {});
  await expect(ended.promise).resolves.toBeUndefined();
  client.destroy();
  server.close();
});
