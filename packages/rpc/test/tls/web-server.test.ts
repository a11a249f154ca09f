import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestAuthority, type TestAuthority } from '@pareto/testkit';
import { createWebServer, type PeerRole, type TlsMaterial, type TlsSource } from '../../src/index.js';

const materialOf = async (authority: TestAuthority, role: string): Promise<TlsMaterial> => {
  const { ca, certificate, key } = await authority.issue({ uris: [`spiffe://pareto/${role}`] });
  return { ca: Buffer.from(ca), identity: { certificate: Buffer.from(certificate), key: Buffer.from(key) } };
};

describe('createWebServer', () => {
  it('accepts clients with and without a certificate, reads their roles, and applies a replaced certificate', async () => {
    const [own, other] = await Promise.all([createTestAuthority(), createTestAuthority()]);
    const listeners = new Set<() => void>();
    const source = {
      current: await materialOf(own, 'router'),
      onChange(listener: () => void): Disposable {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
    } satisfies TlsSource;
    const rejected: string[] = [];
    const tls = {
      source,
      clientCertificate: 'optional',
      onRejected: (_peer: string, why: string) => void rejected.push(why),
    } as const;
    const roles: PeerRole[] = [];
    const web = createWebServer({}, tls);
    web.server.on('request', ({ socket }, response) => {
      roles.push(web.peerRoleOf(socket));
      response.end();
    });
    web.server.listen(0, '127.0.0.1');
    await once(web.server, 'listening');
    const { port } = web.server.address() as AddressInfo;
    const send = (client?: TlsMaterial, { ca } = source.current): Promise<string> =>
      new Promise((resolve, reject) => {
        const { certificate: cert, key } = client?.identity ?? {};
        const sent = request({ host: '127.0.0.1', port, ca, cert, key, agent: false }, (response) => {
          response.resume().once('end', () => resolve('answered'));
        });
        sent.once('error', reject).end();
      });
    try {
      assert.equal(await send(), 'answered');
      assert.equal(await send(await materialOf(own, 'operator')), 'answered');
      assert.deepEqual(roles, [undefined, 'operator']);
      await assert.rejects(send(await materialOf(other, 'operator')));
      assert.equal(rejected.length, 1);
      source.current = await materialOf(other, 'router');
      for (const listener of listeners) listener();
      assert.equal(await send(), 'answered');
      await assert.rejects(send(undefined, await materialOf(own, 'router')));
    } finally {
      const closed = once(web.server, 'close');
      web.server.close();
      await closed;
    }
    assert.equal(listeners.size, 0);
  });
});
