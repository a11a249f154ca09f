// TLS of servers and channels: handshakes, rejected connections, roles of callers, and replaced certificates.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, type Settings } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ParetoError } from '@pareto/core';
import { createTestAuthority, waitFor, type IssueOptions, type TestAuthority } from '@pareto/testkit';
import { streamWindowBytes } from '@pareto/http2';
import { createChannel, createClient, createServer, waitForReady } from '../../src/index.js';
import type { Channel, PeerRole, ChannelTls, RpcServer, ServerTls, TlsMaterial, TlsSource } from '../../src/index.js';

const roleOptions = (role: string, more: IssueOptions = {}): IssueOptions => ({
  uris: [`spiffe://pareto/${role}`],
  ...more,
});

async function materialOf(authority: TestAuthority, options: IssueOptions): Promise<TlsMaterial> {
  const { ca, certificate, key } = await authority.issue(options);
  return { ca: Buffer.from(ca), identity: { certificate: Buffer.from(certificate), key: Buffer.from(key) } };
}

interface ReplaceableSource extends TlsSource {
  current: TlsMaterial;
  readonly listeners: Set<() => void>;
  replace(material: TlsMaterial): void;
}

function replaceable(first: TlsMaterial): ReplaceableSource {
  const listeners = new Set<() => void>();
  return {
    current: first,
    listeners,
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    replace(material) {
      this.current = material;
      for (const listener of listeners) listener();
    },
  };
}

describe('TLS', () => {
  let own: TestAuthority;
  let other: TestAuthority;
  const rejected: string[] = [];
  const cleanUps: (() => void)[] = [];
  let port: number;
  let lastSubject: string | undefined;
  before(async () => ([own, other] = await Promise.all([createTestAuthority(), createTestAuthority()])));
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
    rejected.length = 0;
  });

  async function serve(
    clientCertificate: ServerTls['clientCertificate'],
    source?: TlsSource,
    onPeerRole: (role: PeerRole) => void = () => undefined,
  ): Promise<RpcServer> {
    const given = source ?? replaceable(await materialOf(own, roleOptions('router')));
    const onRejected = (peer: string, reason: string): void => void rejected.push(`${peer} ${reason}`);
    const server = createServer({ tls: { source: given, clientCertificate, onRejected } });
    server.add('pareto.v1.Registry', {
      registerTask: async (_request, call) => {
        onPeerRole(call.peerRole);
        lastSubject = call.peerSubject;
        return { name: String(call.peerRole) };
      },
    });
    port = await server.listen('127.0.0.1', 0);
    cleanUps.push(() => server.close());
    return server;
  }
  function connect(tls?: ChannelTls, host = '127.0.0.1'): Channel {
    const channel = createChannel(`${host}:${port}`, tls && { tls });
    cleanUps.push(() => channel.close());
    return channel;
  }
  const callServer = async (channel: Channel, metadata = {}): Promise<string> =>
    (await createClient(channel, 'pareto.v1.Registry').registerTask({}, { metadata, timeoutMs: 3000 })).name;
  const rejectionOf = (channel: Channel): Promise<string> =>
    callServer(channel).then(
      (name) => assert.fail(`answered ${name}`),
      (error: unknown) => {
        assert.ok(error instanceof ParetoError);
        assert.equal(error.code, 'unavailable');
        return error.message;
      },
    );
  const reason = (pattern: RegExp) =>
    waitFor(`a reason like ${pattern}`, () => rejected.find((line) => pattern.test(line)));
  const withCertificate = async (role: string, more?: IssueOptions): Promise<ChannelTls> => ({
    source: replaceable(await materialOf(own, roleOptions(role, more))),
    server: 'router',
  });

  it('passes the role and the name in the caller’s certificate to the handler', async () => {
    await serve('required');
    await callServer(connect(await withCertificate('operator', { commonName: 'ada' })));
    assert.equal(lastSubject, 'ada');
    for (const role of ['worker', 'operator'])
      assert.equal(await callServer(connect(await withCertificate(role))), role);
    assert.equal(await callServer(connect(await withCertificate('janitor'))), 'unknown');
    const { source } = await withCertificate('worker', {
      uris: ['spiffe://pareto/worker', 'spiffe://pareto/router'],
    });
    assert.equal(
      await callServer(connect({ source, server: 'router' })),
      'unknown',
      'a certificate with two roles has none',
    );
    assert.deepEqual(rejected, []);
  });

  it('accepts clients without a certificate if it is optional, but none from another authority', async () => {
    await serve('optional');
    assert.equal(await callServer(connect({ source: replaceable({ ca: Buffer.from(own.ca) }) })), 'undefined');
    const { identity } = await materialOf(other, roleOptions('operator'));
    await rejectionOf(connect({ source: replaceable({ ca: Buffer.from(own.ca), identity }) }));
    await reason(/^127\.0\.0\.1:\d+ the client's certificate was issued by another authority$/);
  });

  describe('rejects, and reports the reason of,', () => {
    const cases: readonly [string, () => Promise<ChannelTls | undefined>, RegExp][] = [
      [
        'a client without a certificate',
        async () => ({ source: replaceable({ ca: Buffer.from(own.ca) }) }),
        /no certificate/,
      ],
      ['plain text', async () => undefined, /plain text to a TLS port/],
      [
        "another authority's certificate",
        async () => {
          const { identity } = await materialOf(other, roleOptions('worker'));
          return { source: replaceable({ ca: Buffer.from(own.ca), identity }) };
        },
        /issued by another authority/,
      ],
      ['an expired certificate', () => withCertificate('worker', { endsInDays: -1 }), /has expired/],
      [
        'a certificate for servers only',
        () => withCertificate('worker', { usages: ['1.3.6.1.5.5.7.3.1'] }),
        /is not for clients/,
      ],
    ];
    for (const [what, tls, why] of cases) {
      it(what, async () => {
        await serve('required');
        assert.match(
          await rejectionOf(connect(await tls())),
          /requires a client certificate|closed the connection: it may require TLS/,
        );
        assert.match(await reason(why), /^127\.0\.0\.1:\d+ /);
      });
    }

    it('a client without HTTP/2, or with an old version of TLS', async () => {
      await serve('optional');
      const options = { port, host: '127.0.0.1', ca: own.ca };
      for (const [more, why] of [
        [{ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }, /does not support TLS 1.2/],
        [{ ALPNProtocols: ['http/1.1'] }, /not support HTTP\/2/],
        [{}, /not support HTTP\/2/],
      ] as const) {
        rejected.length = 0;
        const socket = connectTls({
          ...options,
          ...more,
          ALPNProtocols: [...('ALPNProtocols' in more ? more.ALPNProtocols : [])],
        });
        socket.on('error', () => undefined).resume();
        await reason(why);
        socket.destroy();
      }
    });

    it('but does not report a probe that sends nothing', async () => {
      await serve('required');
      const probe = connectTcp(port, '127.0.0.1');
      await once(probe, 'connect');
      probe.end();
      await once(probe.resume(), 'close');
      await rejectionOf(connect());
      await reason(/plain text/);
      assert.equal(rejected.filter((line) => !line.includes('plain text')).length, 0, rejected.join('\n'));
    });
  });

  describe('a channel', () => {
    it('reports that a server uses plain text', async () => {
      const plain = createServer();
      port = await plain.listen('127.0.0.1', 0);
      cleanUps.push(() => plain.close());
      assert.match(
        await rejectionOf(connect(await withCertificate('worker'))),
        /the server uses plain text instead of TLS/,
      );
    });

    it('accepts a server with the expected role at any host', async () => {
      await serve(
        'required',
        replaceable(await materialOf(own, roleOptions('router', { hosts: ['elsewhere.example'] }))),
      );
      assert.equal(await callServer(connect(await withCertificate('worker'))), 'worker');
      const { source } = await withCertificate('worker');
      const text = await rejectionOf(connect({ source, server: 'controller' }));
      assert.match(text, /127\.0\.0\.1 presented a router's certificate, but a controller's certificate was expected/);
    });

    it('compares the host name if no role is expected', async () => {
      const source = replaceable({ ca: Buffer.from(own.ca) });
      await serve('optional', replaceable(await materialOf(own, roleOptions('router', { hosts: ['localhost'] }))));
      assert.equal(await callServer(connect({ source }, 'localhost')), 'undefined');
      assert.match(await rejectionOf(connect({ source })), /altnames|127\.0\.0\.1/);
      await serve('optional', replaceable(await materialOf(own, { hosts: [], commonName: 'localhost' })));
      assert.match(
        await rejectionOf(connect({ source }, 'localhost')),
        /altnames|localhost/,
        'the subject is not compared',
      );
    });
  });

  describe('a replaced certificate', () => {
    it('is presented by a server on new connections, while old connections continue', async () => {
      const source = replaceable(await materialOf(own, roleOptions('router')));
      await serve('optional', source);
      const old = connect({ source: replaceable({ ca: Buffer.from(own.ca) }) });
      await callServer(old);
      source.replace(await materialOf(other, roleOptions('router')));
      assert.equal(await callServer(connect({ source: replaceable({ ca: Buffer.from(other.ca) }) })), 'undefined');
      const text = await rejectionOf(connect({ source: replaceable({ ca: Buffer.from(own.ca) }) }));
      assert.match(text, /certificate was not issued by the authority in ca\.crt/);
      await callServer(old);
    });

    it('does not change whether clients need a certificate', async () => {
      const source = replaceable(await materialOf(own, roleOptions('router')));
      await serve('required', source);
      source.replace(await materialOf(own, roleOptions('router')));
      await rejectionOf(connect({ source: replaceable({ ca: Buffer.from(own.ca) }) }));
      await reason(/no certificate/);
    });

    it('is presented by an open channel on its next connection', async () => {
      const roles: PeerRole[] = [];
      const source = replaceable(await materialOf(own, roleOptions('worker')));
      const server = await serve('required', undefined, (role) => roles.push(role));
      const channel = connect({ source, server: 'router' });
      await callServer(channel);
      source.replace(await materialOf(own, roleOptions('operator')));
      await callServer(channel);
      server.close();
      const again = createServer({
        tls: {
          source: replaceable(await materialOf(own, roleOptions('router'))),
          clientCertificate: 'required',
          onRejected: () => undefined,
        },
      });
      again.add('pareto.v1.Registry', {
        registerTask: async (_request, call) => {
          roles.push(call.peerRole);
          return {};
        },
      });
      await again.listen('127.0.0.1', port);
      cleanUps.push(() => again.close());
      await waitForReady(channel, 3000);
      await callServer(channel);
      assert.deepEqual(roles, ['worker', 'worker', 'operator']);
    });

    it('is not observed by a closed server or channel', async () => {
      const source = replaceable(await materialOf(own, roleOptions('router')));
      const server = await serve('required', source);
      const channelSource = replaceable(await materialOf(own, roleOptions('worker')));
      const channel = connect({ source: channelSource, server: 'router' });
      await callServer(channel);
      assert.ok(source.listeners.size > 0 && channelSource.listeners.size > 0);
      channel.close();
      server.close();
      await waitFor('the end of all subscriptions', () =>
        source.listeners.size + channelSource.listeners.size === 0 ? true : undefined,
      );
    });
  });

  it('uses the same receive windows as plain text', async () => {
    await serve('optional');
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: own.ca });
    const [settings] = (await once(session, 'remoteSettings')) as [Settings];
    await waitFor('the window', () => ((session.state.remoteWindowSize ?? 0) > 1_000_000 ? true : undefined));
    session.destroy();
    assert.equal(settings.initialWindowSize, streamWindowBytes);
  });
});
