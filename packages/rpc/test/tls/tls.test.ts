// TLS of servers and channels: handshakes, refusals, who a caller is, and material that is replaced.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, type Settings } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ParetoError } from '@pareto/core';
import { createTestAuthority, waitFor, type IssueOptions, type TestAuthority } from '@pareto/testkit';
import { createChannel, createClient, createServer, streamWindowBytes, waitForReady } from '../../src/index.js';
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
  let ours: TestAuthority;
  let theirs: TestAuthority;
  const rejected: string[] = [];
  const cleanUps: (() => void)[] = [];
  let port: number;
  let lastMetadata: ReadonlyMap<string, string>;
  before(async () => ([ours, theirs] = await Promise.all([createTestAuthority(), createTestAuthority()])));
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
    rejected.length = 0;
  });

  async function serve(
    clientCertificate: ServerTls['clientCertificate'],
    source?: TlsSource,
    onPeerRole: (certified: PeerRole) => void = () => undefined,
  ): Promise<RpcServer> {
    const given = source ?? replaceable(await materialOf(ours, roleOptions('router')));
    const onRejected = (peer: string, reason: string): void => void rejected.push(`${peer} ${reason}`);
    const server = createServer({ tls: { source: given, clientCertificate, onRejected } });
    server.add('pareto.v1.Registry', {
      registerTask: async (_request, call) => {
        onPeerRole(call.peerRole);
        lastMetadata = call.metadata;
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
  const ask = async (channel: Channel, metadata = {}): Promise<string> =>
    (await createClient(channel, 'pareto.v1.Registry').registerTask({}, { metadata, timeoutMs: 3000 })).name;
  const refusalOf = (channel: Channel): Promise<string> =>
    ask(channel).then(
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
    source: replaceable(await materialOf(ours, roleOptions(role, more))),
    server: 'router',
  });

  it('tells a handler what the certificate of its caller says', async () => {
    await serve('required');
    for (const role of ['worker', 'operator']) assert.equal(await ask(connect(await withCertificate(role))), role);
    assert.equal(await ask(connect(await withCertificate('janitor'))), 'unknown');
    const { source } = await withCertificate('worker', { uris: ['spiffe://pareto/worker', 'spiffe://pareto/router'] });
    assert.equal(await ask(connect({ source, server: 'router' })), 'unknown', 'two roles are none');
    assert.deepEqual(rejected, []);
  });

  it('lets nobody say of himself who he is', async () => {
    await serve('optional');
    const client = connect({ source: replaceable({ ca: Buffer.from(ours.ca) }) });
    for (const name of ['pareto-internal-arrival', 'Pareto-Internal-Arrival']) {
      assert.equal(await ask(client, { [name]: '0 worker' }), 'undefined');
      assert.match(lastMetadata.get('pareto-internal-arrival') ?? '', /^[\d.]+ $/);
    }
    const plain = createServer();
    plain.add('pareto.v1.Registry', { registerTask: async (_request, call) => ({ name: String(call.peerRole) }) });
    port = await plain.listen('127.0.0.1', 0);
    cleanUps.push(() => plain.close());
    assert.equal(await ask(connect(), { 'pareto-internal-arrival': '0 worker' }), 'undefined');
  });

  it('takes clients without a certificate where it may, and refuses one of another authority all the same', async () => {
    await serve('optional');
    assert.equal(await ask(connect({ source: replaceable({ ca: Buffer.from(ours.ca) }) })), 'undefined');
    const { identity } = await materialOf(theirs, roleOptions('operator'));
    await refusalOf(connect({ source: replaceable({ ca: Buffer.from(ours.ca), identity }) }));
    await reason(/^127\.0\.0\.1:\d+ the client's certificate is of another authority$/);
  });

  describe('refuses, with the reason in the log,', () => {
    const cases: readonly [string, () => Promise<ChannelTls | undefined>, RegExp][] = [
      [
        'a client without a certificate',
        async () => ({ source: replaceable({ ca: Buffer.from(ours.ca) }) }),
        /no certificate/,
      ],
      ['plain text', async () => undefined, /plain text to a TLS port/],
      [
        "another authority's certificate",
        async () => {
          const { identity } = await materialOf(theirs, roleOptions('worker'));
          return { source: replaceable({ ca: Buffer.from(ours.ca), identity }) };
        },
        /of another authority/,
      ],
      ['a certificate that has ended', () => withCertificate('worker', { endsInDays: -1 }), /has ended/],
      [
        'a certificate for servers alone',
        () => withCertificate('worker', { usages: ['1.3.6.1.5.5.7.3.1'] }),
        /not meant for clients/,
      ],
    ];
    for (const [what, tls, why] of cases) {
      it(what, async () => {
        await serve('required');
        assert.match(
          await refusalOf(connect(await tls())),
          /requires a client certificate|closed the connection: it may require TLS/,
        );
        assert.match(await reason(why), /^127\.0\.0\.1:\d+ /);
      });
    }

    it('what is not HTTP/2, or an old TLS', async () => {
      await serve('optional');
      const options = { port, host: '127.0.0.1', ca: ours.ca };
      for (const [more, why] of [
        [{ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }, /no TLS of version 1.2/],
        [{ ALPNProtocols: ['http/1.1'] }, /not HTTP\/2/],
        [{}, /not HTTP\/2/],
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

    it('but not a probe that says nothing', async () => {
      await serve('required');
      const probe = connectTcp(port, '127.0.0.1');
      await once(probe, 'connect');
      probe.end();
      await once(probe.resume(), 'close');
      await refusalOf(connect());
      await reason(/plain text/);
      assert.equal(rejected.filter((line) => !line.includes('plain text')).length, 0, rejected.join('\n'));
    });
  });

  describe('a channel', () => {
    it('says that a server speaks plain text', async () => {
      const plain = createServer();
      port = await plain.listen('127.0.0.1', 0);
      cleanUps.push(() => plain.close());
      assert.match(
        await refusalOf(connect(await withCertificate('worker'))),
        /the server uses plain text instead of TLS/,
      );
    });

    it('knows a service by its role, wherever it is', async () => {
      await serve(
        'required',
        replaceable(await materialOf(ours, roleOptions('router', { hosts: ['elsewhere.example'] }))),
      );
      assert.equal(await ask(connect(await withCertificate('worker'))), 'worker');
      const { source } = await withCertificate('worker');
      const text = await refusalOf(connect({ source, server: 'controller' }));
      assert.match(text, /127\.0\.0\.1 shows a router's certificate, and a controller's certificate was expected/);
    });

    it('knows a server by its name, where no role is asked for', async () => {
      const source = replaceable({ ca: Buffer.from(ours.ca) });
      await serve('optional', replaceable(await materialOf(ours, roleOptions('router', { hosts: ['localhost'] }))));
      assert.equal(await ask(connect({ source }, 'localhost')), 'undefined');
      assert.match(await refusalOf(connect({ source })), /altnames|127\.0\.0\.1/);
      await serve('optional', replaceable(await materialOf(ours, { hosts: [], commonName: 'localhost' })));
      assert.match(await refusalOf(connect({ source }, 'localhost')), /altnames|localhost/, 'the subject is no name');
    });
  });

  describe('material that is replaced', () => {
    it('is what new connections to a server get, and the old ones go on', async () => {
      const source = replaceable(await materialOf(ours, roleOptions('router')));
      await serve('optional', source);
      const old = connect({ source: replaceable({ ca: Buffer.from(ours.ca) }) });
      await ask(old);
      source.replace(await materialOf(theirs, roleOptions('router')));
      assert.equal(await ask(connect({ source: replaceable({ ca: Buffer.from(theirs.ca) }) })), 'undefined');
      const text = await refusalOf(connect({ source: replaceable({ ca: Buffer.from(ours.ca) }) }));
      assert.match(text, /certificate was not issued by the authority in ca\.crt/);
      await ask(old);
    });

    it('keeps what the server asks of clients', async () => {
      const source = replaceable(await materialOf(ours, roleOptions('router')));
      await serve('required', source);
      source.replace(await materialOf(ours, roleOptions('router')));
      await refusalOf(connect({ source: replaceable({ ca: Buffer.from(ours.ca) }) }));
      await reason(/no certificate/);
    });

    it('is what an open channel shows on its next connection', async () => {
      const seen: PeerRole[] = [];
      const source = replaceable(await materialOf(ours, roleOptions('worker')));
      const server = await serve('required', undefined, (certified) => seen.push(certified));
      const channel = connect({ source, server: 'router' });
      await ask(channel);
      source.replace(await materialOf(ours, roleOptions('operator')));
      await ask(channel);
      server.close();
      const again = createServer({
        tls: {
          source: replaceable(await materialOf(ours, roleOptions('router'))),
          clientCertificate: 'required',
          onRejected: () => undefined,
        },
      });
      again.add('pareto.v1.Registry', {
        registerTask: async (_request, call) => {
          seen.push(call.peerRole);
          return {};
        },
      });
      await again.listen('127.0.0.1', port);
      cleanUps.push(() => again.close());
      await waitForReady(channel, 3000);
      await ask(channel);
      assert.deepEqual(seen, ['worker', 'worker', 'operator']);
    });

    it('is no longer followed by what was closed', async () => {
      const source = replaceable(await materialOf(ours, roleOptions('router')));
      const server = await serve('required', source);
      const channelSource = replaceable(await materialOf(ours, roleOptions('worker')));
      const channel = connect({ source: channelSource, server: 'router' });
      await ask(channel);
      assert.ok(source.listeners.size > 0 && channelSource.listeners.size > 0);
      channel.close();
      server.close();
      await waitFor('nobody to follow', () =>
        source.listeners.size + channelSource.listeners.size === 0 ? true : undefined,
      );
    });
  });

  it('has the same receive windows as plain text', async () => {
    await serve('optional');
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: ours.ca });
    const [settings] = (await once(session, 'remoteSettings')) as [Settings];
    await waitFor('the window', () => ((session.state.remoteWindowSize ?? 0) > 1_000_000 ? true : undefined));
    session.destroy();
    assert.equal(settings.initialWindowSize, streamWindowBytes);
  });
});
