// Access to etcd by certificates and users, and the errors if it is denied.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import {
  createFastClock,
  createTcpProxy,
  createTempFolder,
  createTestAuthority,
  startEtcd,
  waitFor,
  type Etcd,
  type IssuedCertificate,
  type TempFolder,
} from '@pareto/testkit';
import type { Store } from '@pareto/state';
import { after, before, describe, it } from 'mocha';
import { needEtcd, openOn, pause, put, watchAll, write } from './fixture.js';

/** Flags of an etcd whose logins last 2 s and become invalid when users or roles change. */
async function signedTokens(folder: TempFolder): Promise<readonly string[]> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(folder.file('public'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(folder.file('private'), privateKey.export({ type: 'sec1', format: 'pem' }));
  const keys = `pub-key=${folder.file('public')},priv-key=${folder.file('private')}`;
  return [`--auth-token=jwt,${keys},sign-method=ES256,ttl=2s`];
}

/** Asserts that a lease is kept for longer than its time to live. `change` is called before the first renewal. */
async function keepsLease(store: Store, change?: () => Promise<void>): Promise<void> {
  const lease = await store.grantLease(3_000);
  await change?.();
  const kept = lease.keep({ maxBlockedMs: 30_000 });
  await pause(4_000);
  assert.equal(kept.isHeld(), true);
  kept.stop();
  assert.equal(await lease.keepAlive(), true);
  await lease.revoke();
}

for (const version of ['3.4', '3.6'] as const) {
  describe(`access to etcd ${version}`, function () {
    this.timeout(30_000);

    describe('with certificates', () => {
      let etcd: Etcd;
      let good: IssuedCertificate;
      let foreign: IssuedCertificate;
      before(async function () {
        await needEtcd(this, version);
        const authority = await createTestAuthority();
        const [server, client] = [await authority.issue(), await authority.issue({ hosts: [] })];
        good = client;
        foreign = await (await createTestAuthority()).issue();
        etcd = await startEtcd({ version, tls: { ca: server.ca, cert: server.certificate, key: server.key } });
      });
      after(() => etcd[Symbol.asyncDispose]());

      it('works with a certificate of the authority', async () => {
        await using store = await openOn(etcd, { tls: { ca: good.ca, cert: good.certificate, key: good.key } });
        await using watching = watchAll(store, 'a', 1);
        await write(store, put('a'));
        await waitFor('the event', () => watching.keys.length === 1 || undefined);
      });

      it('loads a new certificate when the current one is rejected', async () => {
        const [before, after] = [foreign, good].map(({ ca, certificate: cert, key }) => ({ ca, cert, key }));
        await using store = await openOn(etcd, { tls: before, renew: async () => ({ tls: after }) });
        await write(store, put('a'));
        await keepsLease(store);
      });

      it('explains why other certificates are rejected', async () => {
        const { ca, certificate: cert, key } = good;
        const refusals = [
          [{ ca }, 'unauthenticated', /rejects a client without a certificate/],
          [{ ca, cert: foreign.certificate, key: foreign.key }, 'unauthenticated', /rejects this client's certificate/],
          [{ ca: foreign.ca, cert, key }, 'unauthenticated', /the certificate of etcd .* is not trusted/],
          [undefined, 'unavailable', /accepts no connection: check whether it requires TLS/],
        ] as const;
        await Promise.all(
          refusals.map(([tls, code, message]) => assert.rejects(openOn(etcd, { tls }), { code, message })),
        );
      });
    });

    describe('with users', () => {
      let etcd: Etcd;
      const prefix = '/pareto/mine/';
      const user = { name: 'pareto', password: 'secret' };
      before(async function () {
        await needEtcd(this, version);
        etcd = await startEtcd({ version, auth: { user: user.name, password: user.password, prefix } });
      });
      after(() => etcd[Symbol.asyncDispose]());

      it('works for an allowed user, also after etcd has dropped the login', async () => {
        await using store = await openOn(etcd, { prefix, user });
        await using watching = watchAll(store, 'a', 1);
        const lease = await store.grantLease(60_000);
        await store.transact({ compares: [], operations: [{ kind: 'put', key: 'a1', value: '', lease: lease.id }] });
        await waitFor('the event', () => watching.keys.length === 1 || undefined);
        await etcd.kill();
        await etcd.start();
        await waitFor('a write', () => write(store, put('a2')));
        assert.equal(await waitFor('the lease', () => lease.keepAlive()), true);
        await waitFor('the event', () => watching.keys.length === 2 || undefined);
        await lease.revoke();
        await store.compact((await store.range('')).revision);
      });

      it('logs in again after users or roles change, and after a login expires', async () => {
        await using folder = await createTempFolder();
        const options = {
          version,
          args: await signedTokens(folder),
          auth: { user: user.name, password: user.password, prefix },
        };
        await using signing = await startEtcd(options);
        await using proxy = await createTcpProxy({ to: signing.endpoints[0] ?? '' });
        await using store = await openOn({ endpoints: [proxy.address] }, { prefix, user });
        await using watching = watchAll(store, 'a', 1);
        await write(store, put('a1'));
        await signing.nodes[0]?.gateway.call('auth/user/add', { name: 'another', password: 'x' });
        await write(store, put('a2'));
        await signing.nodes[0]?.gateway.call('auth/user/delete', { name: 'another' });
        assert.equal((await store.range('a')).entries.length, 2);
        await pause(2_500);
        await write(store, put('a3'));
        proxy.freezeConnections(); // includes the connection for logins
        await waitFor('a write', () => write(store, put('a4')));
        await waitFor('the events', () => watching.keys.length === 4 || undefined);
      });

      it('loads a new password when the current one is rejected', async () => {
        let password = user.password;
        const renew = async () => ({ user: { ...user, password } });
        await using store = await openOn(etcd, { prefix, user, renew });
        password = 'another';
        const change = (to: string): unknown =>
          etcd.nodes[0]?.gateway.call('auth/user/changepw', { name: user.name, password: to });
        await change(password);
        await write(store, put('b'));
        await change(user.password);
        await assert.rejects(write(store, put('b')), { code: 'unavailable', message: /rejects the user "pareto"/ });
        password = user.password;
        await write(store, put('b'));
      });

      it('keeps a lease after the password has changed', async () => {
        let password = user.password;
        const renew = async () => ({ user: { ...user, password } });
        await using store = await openOn(etcd, { prefix, user, renew });
        const change = async (to: string): Promise<void> => {
          await etcd.nodes[0]?.gateway.call('auth/user/changepw', { name: user.name, password: to });
          password = to;
        };
        await keepsLease(store, () => change('another'));
        await change(user.password);
      });

      it('explains why other users are rejected', async () => {
        const refusals = [
          [{ prefix, user: { ...user, password: 'guess' } }, 'unauthenticated', /rejects the user "pareto"/],
          [{ prefix, user: { ...user, name: 'nobody' } }, 'unauthenticated', /rejects the user "nobody"/],
          [{ prefix }, 'unauthenticated', /requires a user and a password/],
          [{ prefix: '/pareto/yours/', user }, 'permission-denied', /all keys under \/pareto\/yours\//],
        ] as const;
        for (const [options, code, message] of refusals) {
          await assert.rejects(openOn(etcd, options), (error: Error & { code: string }) => {
            assert.equal(error.code, code);
            assert.match(error.message, message);
            assert.ok(!error.message.includes(user.password) && !error.message.includes('guess'));
            return true;
          });
        }
      });
    });
  });
}

describe('access to an address', () => {
  it('rejects a certificate of the authority for another address, and warns about none', async () => {
    const { ca, certificate: cert, key } = await (await createTestAuthority()).issue({ hosts: ['127.0.0.2', 'etcd'] });
    const server = createServer({ cert, key, ALPNProtocols: ['h2'] }).listen(0, '127.0.0.1');
    const warnings: string[] = [];
    const note = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', note);
    try {
      await once(server, 'listening');
      const endpoints = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
      const message = /certificate of etcd at .* is not trusted \(.*127\.0\.0\.1 is not in the cert's list/;
      const options = { tls: { ca, cert, key }, clock: createFastClock(10) };
      await assert.rejects(openOn({ endpoints }, options), { code: 'unauthenticated', message });
      assert.deepEqual(warnings, []);
    } finally {
      process.off('warning', note);
      server.close();
    }
  });
});
