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
  it('lets clients in with and without a certificate, knows them, and takes up a new one of its own', async () => {
    const [ours, theirs] = await Promise.all([createTestAuthority(), createTestAuthority()]);
    const listeners = new Set<() => void>();
    const source = {
      current: await materialOf(ours, 'router'),
      onChange(listener: () => void): Disposable {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
    } satisfies TlsSource;
    const refused: string[] = [];
    const tls = {
      source,
      clientCertificate: 'optional',
      onRejected: (_peer: string, why: string) => void refused.push(why),
    } as const;
    const seen: PeerRole[] = [];
    const web = createWebServer({}, tls);
    web.server.on('request', ({ socket }, response) => {
      seen.push(web.peerRoleOf(socket));
      response.end();
    });
    web.server.listen(0, '127.0.0.1');
    await once(web.server, 'listening');
    const { port } = web.server.address() as AddressInfo;
    const ask = (client?: TlsMaterial, { ca } = source.current): Promise<string> =>
      new Promise((resolve, reject) => {
        const { certificate: cert, key } = client?.identity ?? {};
        const sent = request({ host: '127.0.0.1', port, ca, cert, key, agent: false }, (response) => {
          response.resume().once('end', () => resolve('answered'));
        });
        sent.once('error', reject).end();
      });
    try {
      assert.equal(await ask(), 'answered');
      assert.equal(await ask(await materialOf(ours, 'operator')), 'answered');
      assert.deepEqual(seen, [undefined, 'operator']);
      await assert.rejects(ask(await materialOf(theirs, 'operator')));
      assert.equal(refused.length, 1);
      source.current = await materialOf(theirs, 'router');
      for (const listener of listeners) listener();
      assert.equal(await ask(), 'answered');
      await assert.rejects(ask(undefined, await materialOf(ours, 'router')));
    } finally {
      web[Symbol.dispose]();
      web.server.close();
    }
    assert.equal(listeners.size, 0);
  });
});
