// Access control, over real gRPC.

import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError, systemClock } from '@pareto/core';
import {
  createChannel,
  createClient,
  createServer,
  readClientCertificates,
  type CallHead,
  type PeerRole,
  type Channel,
  type ChannelOptions,
  type Role,
  type RpcServer,
  type ServiceRole,
} from '@pareto/rpc';
import { createLogger } from '@pareto/telemetry';
import { createTempFolder, createTestAuthority, waitFor, writeCertificates, type TempFolder } from '@pareto/testkit';
import {
  createCertificateAccess,
  createTokenAccess,
  openCertificates,
  tokenMetadata,
  type Access,
  type CertificateFolder,
} from '../../src/index.js';
import { openAccess } from '../../src/access/open-access.js';

const token = '0123456789abcdef';
const silent = createLogger({ service: 'test', level: 'silent', format: 'json' });

describe('access by token', () => {
  let lines: string[] = [];
  const cleanUps: (() => void)[] = [];
  beforeEach(() => (lines = []));
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
  });

  async function serve(role: ServiceRole): Promise<(options?: ChannelOptions) => Channel> {
    const logger = createLogger({ service: role, level: 'warn', format: 'json', write: (line) => lines.push(line) });
    const access = createTokenAccess(token, { role, clock: systemClock, logger });
    const server: RpcServer = createServer(access.server);
    server.add('pareto.v1.Blobs', {
      stat: async () => ({}),
      download: async function* () {
        yield { data: Buffer.from('x') };
      },
    });
    server.add('pareto.v1.Execution', { ping: async (_request, call) => ({ draining: access.isService(call) }) });
    server.add('pareto.v1.Inference', {
      explain: async (_request, call) => ({ outcome: String(access.isService(call)) }),
    });
    const address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    cleanUps.push(() => server.close());
    return (options) => {
      const channel = createChannel(address, options);
      cleanUps.push(() => channel.close());
      return channel;
    };
  }
  const ping = (channel: Channel) => createClient(channel, 'pareto.v1.Execution').ping({});

  it('accepts services with the cluster token and identifies them by it', async () => {
    const connect = await serve('worker');
    const access = createTokenAccess(token, { role: 'router', clock: systemClock, logger: silent });
    assert.equal((await ping(connect(access.channel('worker')))).draining, true);
  });

  it('rejects other callers with the allowed roles and the reason, in the error and in the log', async () => {
    const connect = await serve('worker');
    const missing = /pareto\.v1\.Execution\/Ping is for routers: metadata pareto-internal-token is missing/;
    await assert.rejects(ping(connect()), { code: 'unauthenticated', message: missing });
    assert.match(
      lines.join(''),
      /"peer":"127.0.0.1:\d+","method":"\/pareto\.v1\.Execution\/Ping","reason":"pareto.*missing"/,
    );
    for (const wrong of ['0123456789abcdeF', '0123456789abcdef0', '0123456789abcde', 'x']) {
      const call = ping(connect({ metadata: tokenMetadata(wrong) }));
      await assert.rejects(call, { code: 'unauthenticated', message: /token is wrong/ });
    }
    assert.doesNotMatch(lines.join(''), /0123456789abcde/);
  });

  it('allows every caller the methods of operators and clients', async () => {
    const controller = await serve('controller');
    const blobs = createClient(controller(), 'pareto.v1.Blobs');
    await blobs.stat({ digest: 'd' });
    for await (const { data } of blobs.download({ digest: 'd' })) assert.equal(String(data), 'x');
    const router = await serve('router');
    assert.equal((await createClient(router(), 'pareto.v1.Inference').explain({})).outcome, 'false');
    assert.deepEqual(lines, []);
  });

  it('denies methods without an entry in the table', async () => {
    const connect = await serve('router');
    const call = ping(connect({ metadata: tokenMetadata(token) }));
    await assert.rejects(call, { code: 'permission-denied', message: /Ping is for no caller/ });
  });

  it('logs five rejections, then the number of suppressed ones', async () => {
    const connect = await serve('worker');
    for (let i = 0; i < 20; i++) await ping(connect()).catch(() => undefined);
    assert.equal(lines.length, 5);
  });
});

const protos = [
  'inference.proto',
  ...['execution', 'fleet', 'inference', 'registry', 'routes'].map((name) => `pareto/v1/${name}.proto`),
];

/** Returns `package.Service/Method` of every method in a proto file. */
async function methodsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(new URL(`../../../../protos/${file}`, import.meta.url), 'utf8');
  const [, name = ''] = /^package ([\w.]+);/m.exec(text) ?? [];
  return [...text.matchAll(/^service (\w+) \{(.*?)^\}/gms)].flatMap(([, service = '', body = '']) =>
    [...body.matchAll(/^ *rpc (\w+)/gm)].map(([, method = '']) => `${name}.${service}/${method}`),
  );
}

/** Allowed callers by the called service. A method that matches no entry is denied. */
const intended: Readonly<Record<ServiceRole, readonly (readonly [RegExp, readonly Role[] | 'anyone'])[]>> = {
  controller: [
    [/^pareto\.v1\.Fleet\/Join$/, ['worker']],
    [/^pareto\.v1\.Fleet\/(ListWorkers|Overview|Events)$/, ['operator', 'viewer']],
    [/^pareto\.v1\.Fleet\/(Drain|Forget)$/, ['operator']],
    [/^pareto\.v1\.Routes\/(Watch|Statistics|SetWarmth)$/, ['router']],
    [/^pareto\.v1\.Registry\/(List|Describe|Jobs|ListRules)$/, ['operator', 'viewer']],
    [/^pareto\.v1\.Registry\//, ['operator']],
    [/^pareto\.v1\.Blobs\/(Stat|Upload|Download)$/, ['worker', 'operator']],
  ],
  router: [
    [/^inference\.GRPCInferenceService\/(RepositoryModel(Load|Unload)|TraceSetting|LogSettings)$/, ['operator']],
    [/^(inference\.GRPCInferenceService|pareto\.v1\.Inference)\//, 'anyone'],
  ],
  worker: [[/^(inference\.GRPCInferenceService\/ModelInfer|pareto\.v1\.Execution\/Ping)$/, ['router']]],
};

const callOf = (peerRole: PeerRole): CallHead => ({
  ...{ peerRole, peer: 'test', metadata: new Map() },
  setTrailer: () => undefined,
});

describe('access by certificates', () => {
  let folder: TempFolder;
  let lines: string[] = [];
  const cleanUps: (() => void)[] = [];
  const folders = new Map<string, CertificateFolder>();
  before(async () => {
    folder = await createTempFolder();
    const authority = await createTestAuthority();
    for (const role of ['controller', 'router', 'worker', 'operator', 'viewer'] as const) {
      const path = folder.file(role);
      await writeCertificates(path, await authority.issue({ uris: [`spiffe://pareto/${role}`] }));
      if (role === 'operator' || role === 'viewer') continue;
      folders.set(role, await openCertificates(path, { role, clock: systemClock, logger: silent }));
    }
    await mkdir(folder.file('client'));
    await copyFile(join(folder.file('router'), 'ca.crt'), join(folder.file('client'), 'ca.crt'));
  });
  after(() => folder[Symbol.asyncDispose]());
  beforeEach(() => (lines = []));
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
  });

  const accessOf = (role: ServiceRole): Access => {
    const logger = createLogger({ service: role, level: 'warn', format: 'json', write: (line) => lines.push(line) });
    return createCertificateAccess(folders.get(role) ?? assert.fail(), { role, clock: systemClock, logger });
  };

  async function serve(role: ServiceRole): Promise<string> {
    const access = accessOf(role);
    const server = createServer(access.server);
    server.add('pareto.v1.Registry', { list: async () => ({}), delete: async () => ({}) });
    server.add('inference.GRPCInferenceService', { repositoryModelLoad: async () => ({}) });
    server.add('pareto.v1.Fleet', {
      join: async (stream) => {
        for await (const _ of stream) await stream.write({});
      },
      listWorkers: async () => ({}),
    });
    server.add('pareto.v1.Inference', {
      explain: async (_request, call) => ({ outcome: String(access.isService(call)) }),
    });
    cleanUps.push(() => server.close());
    return `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  }
  function connect(address: string, options: ChannelOptions): Channel {
    const channel = createChannel(address, options);
    cleanUps.push(() => channel.close());
    return channel;
  }
  const as = async (who: Role | 'client', server: ServiceRole): Promise<ChannelOptions> =>
    who === 'operator' || who === 'viewer' || who === 'client'
      ? {
          tls: (await readClientCertificates(who === 'operator' ? folder.path : folder.file(who), systemClock))(server),
        }
      : accessOf(who).channel(server);
  const joinFleet = async (channel: Channel): Promise<unknown> => {
    const stream = createClient(channel, 'pareto.v1.Fleet').join();
    void stream.write({});
    return stream[Symbol.asyncIterator]().next();
  };

  it('allows each role only its own methods', async () => {
    const address = await serve('controller');
    const list = async (who: Role) =>
      createClient(connect(address, await as(who, 'controller')), 'pareto.v1.Registry').list({});
    await list('operator');
    await joinFleet(connect(address, await as('worker', 'controller')));
    assert.deepEqual(lines, []);
    for (const who of ['router', 'operator', 'controller'] as const) {
      await assert.rejects(joinFleet(connect(address, await as(who, 'controller'))), {
        code: 'permission-denied',
        message: `pareto.v1.Fleet/Join is for workers: the caller presented ${who === 'operator' ? 'an' : 'a'} ${who}'s certificate`,
      });
    }
    await list('viewer');
    await assert.rejects(list('worker'), {
      code: 'permission-denied',
      message: /Registry\/List is for operators and viewers/,
    });
    const viewer = createClient(connect(address, await as('viewer', 'controller')), 'pareto.v1.Registry');
    await assert.rejects(viewer.delete({ name: 'x' }), {
      code: 'permission-denied',
      message:
        "pareto.v1.Registry/Delete is for operators: the caller presented a viewer's certificate; present a certificate with the URI spiffe://pareto/operator",
    });
    assert.match(lines.join(''), /"peer":"127\.0\.0\.1:\d+","method":"\/pareto\.v1\.Fleet\/Join".*call rejected/);
  });

  it('has an entry for every method of the protos', async () => {
    const methods = (await Promise.all(protos.map(methodsOf))).flat();
    assert.ok(methods.length > 20);
    for (const role of ['controller', 'router', 'worker'] as const) {
      const guard = accessOf(role).server.guard ?? assert.fail('there is no guard');
      for (const method of methods) {
        const check = guard(`/${method}`);
        const takes = (certified: PeerRole): boolean => {
          try {
            check?.(callOf(certified));
            return true;
          } catch (error) {
            assert.ok(error instanceof ParetoError && /^(unauthenticated|permission-denied)$/.test(error.code));
            return false;
          }
        };
        const may = [undefined, 'unknown', 'controller', 'router', 'worker', 'operator', 'viewer'] as const;
        const wanted = intended[role].find(([pattern]) => pattern.test(method))?.[1] ?? [];
        assert.deepEqual(may.filter(takes), wanted === 'anyone' ? may : wanted, `${role}: ${method}`);
      }
    }
  });

  it('requires an operator to load, unload, and read or change settings at a router', async () => {
    const address = await serve('router');
    const load = async (who: ServiceRole | 'operator' | 'client') =>
      createClient(connect(address, await as(who, 'router')), 'inference.GRPCInferenceService').repositoryModelLoad({});
    const text = 'inference.GRPCInferenceService/RepositoryModelLoad is for operators: the caller presented';
    const advice = 'present a certificate with the URI spiffe://pareto/operator';
    await load('operator');
    assert.deepEqual(lines, []);
    await assert.rejects(load('client'), { code: 'unauthenticated', message: `${text} no certificate; ${advice}` });
    for (const who of ['controller', 'router', 'worker'] as const) {
      const message = `${text} a ${who}'s certificate; ${advice}`;
      await assert.rejects(load(who), { code: 'permission-denied', message });
    }
  });

  it('requires an operator or viewer where a handler asks for one, but not without certificates', async () => {
    const access = accessOf('router');
    for (const role of ['operator', 'viewer'] as const) access.requireReader(callOf(role), 'x');
    const denied = (role: PeerRole, code: string): void =>
      assert.throws(() => access.requireReader(callOf(role), 'x'), {
        code,
        message: /^x is for operators and viewers: the /,
      });
    denied(undefined, 'unauthenticated');
    for (const role of ['unknown', 'controller', 'router', 'worker'] as const) denied(role, 'permission-denied');
    createTokenAccess(token, { role: 'router', clock: systemClock, logger: silent }).requireReader(
      callOf(undefined),
      'x',
    );
  });

  it('rejects connections without a valid certificate at a controller', async () => {
    const address = await serve('controller');
    for (const options of [{}, { metadata: tokenMetadata(token) }, await as('client', 'controller')]) {
      const call = createClient(connect(address, options), 'pareto.v1.Registry').list({}, { timeoutMs: 2000 });
      await assert.rejects(call, { code: 'unavailable' });
    }
    assert.match(lines.join(''), /plain text to a TLS port.*connection rejected/);
    await waitFor('the client', () => /presented no certificate/.exec(lines.join('')) ?? undefined);
  });

  it('accepts any client at a router and distinguishes services', async () => {
    const address = await serve('router');
    for (const [who, isService] of [
      ['client', false],
      ['operator', false],
      ['viewer', false],
      ['router', true],
    ] as const) {
      const reply = await createClient(connect(address, await as(who, 'router')), 'pareto.v1.Inference').explain({});
      assert.equal(reply.outcome, String(isService), who);
    }
    const denied = joinFleet(connect(address, await as('client', 'router')));
    await assert.rejects(denied, { code: 'permission-denied', message: /is for no caller/ });
  });

  it('rejects a server of another role', async () => {
    const address = await serve('router');
    const call = createClient(connect(address, await as('worker', 'controller')), 'pareto.v1.Registry').list({});
    await assert.rejects(call, { code: 'unavailable', message: /presented a router's certificate.*controller's/ });
  });
});

describe('the flags of access', () => {
  const options = { role: 'router', clock: systemClock, logger: silent } as const;
  it('require exactly one of --certs and --cluster-token-file', async () => {
    await assert.rejects(
      openAccess({}, options),
      /--certs FOLDER or --cluster-token-file FILE is required.*certs init/,
    );
    const both = openAccess({ certs: 'a', clusterTokenFile: 'b' }, options);
    await assert.rejects(both, /exclude each other.*drop --cluster-token-file/);
    await assert.rejects(
      openAccess({ certs: '/nowhere' }, options),
      /^ParetoError: --certs \/nowhere: there is no ca\.crt/,
    );
  });

  it('warn if every user can read the secret', async function () {
    if (process.platform === 'win32') this.skip();
    await using folder = await createTempFolder();
    const clusterTokenFile = folder.file('token');
    const lines: string[] = [];
    const logger = createLogger({ service: 'x', level: 'warn', format: 'json', write: (line) => lines.push(line) });
    await writeFile(clusterTokenFile, token, { mode: 0o600 });
    await openAccess({ clusterTokenFile }, { ...options, logger });
    assert.deepEqual(lines, []);
    await chmod(clusterTokenFile, 0o644);
    await openAccess({ clusterTokenFile }, { ...options, logger });
    assert.match(lines.join(), /token".*secret file is readable by every user of this machine: chmod 600 it/);
  });
});
