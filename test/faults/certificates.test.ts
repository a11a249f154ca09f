// Certificates: unauthorised callers (without TLS, with another authority's certificate, with a certificate of another role), and
// another authority.

import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@pareto/core';
import { encodeInferRequest } from '@pareto/protocol';
import {
  createChannel,
  createClient,
  createRawCaller,
  readClientCertificates,
  type Channel,
  type ServiceClient,
} from '@pareto/rpc';
import { createTempFolder, startChild, waitFor, type TempFolder } from '@pareto/testkit';
import { createTestClient, refusalOf, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { classesOf, readDigits, registerDigits, type Digits } from '../support/digits.js';
import { found } from '../support/findings.js';
import { readPage } from '../support/markdown.js';
import type { ServiceProcess } from '../support/service-process.js';

const pareto = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

describe('a cluster with certificates', function () {
  this.timeout(120_000);
  let folder: TempFolder;
  let cluster: Cluster;
  let client: TestClient;
  let digits: Digits;
  before(async () => {
    digits = await readDigits();
    folder = await createTempFolder();
    for (const name of ['certs', 'other']) await makeCertificates(folder.file(name));
    cluster = await startCluster({ certs: folder.file('certs'), workers: 1 });
    client = createTestClient(cluster, await readClientCertificates(folder.file('certs'), systemClock));
    await registerDigits(client, ['mlp-tiny'], 'digits', true);
    await client.waitUntilReady('mlp-tiny');
  });
  after(async () => {
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  afterEach('authorised clients are always answered', async () => {
    assert.equal(classesOf(await client.infer('digits', [digits.input(0)])).length, 1);
    await client.registry.list({});
  });

  async function channelOf(certificates: string, service: ServiceProcess): Promise<Channel> {
    const tls = await readClientCertificates(folder.file(certificates), systemClock);
    return createChannel(service.address, { tls: tls(service.service) });
  }

  it('rejects a caller without TLS, with a reason in the log', async () => {
    let refusedBy = 0;
    for (const service of [cluster.controller, cluster.router, ...cluster.workers]) {
      const refused = await refusedCall(createChannel(service.address));
      assert.equal(refused.code, 'unavailable', refused.message);
      const answer = await speakPlainly(service.address);
      await says(service, 'connection rejected', /TLS|plain/i);
      isSilent(answer);
      isSilent(refused.message);
      refusedBy += 1;
    }
    found({
      name: 'plaintext to a TLS port: services that refuse it',
      value: refusedBy,
      unit: 'of 3',
      reach: { exactly: 3 },
    });
  });

  it("rejects a caller with another authority's certificate, with a reason in the log", async () => {
    let refusedBy = 0;
    for (const service of [cluster.controller, ...cluster.workers]) {
      const refused = await refusedCall(await strangerTo(service, folder));
      assert.equal(refused.code, 'unavailable', refused.message);
      await says(service, 'connection rejected', /authority|certificate|issuer/i);
      isSilent(refused.message);
      refusedBy += 1;
    }
    // The caller also rejects a service with a certificate of an unknown authority.
    const refused = await refusedCall(await channelOf('other', cluster.controller));
    assert.equal(refused.code, 'unavailable', refused.message);
    found({
      name: "another authority's certificate: services that refuse it",
      value: refusedBy,
      unit: 'of 2',
      reach: { exactly: 2 },
    });
  });

  it("rejects a router's certificate in place of a controller's or operator's, with a reason in the log", async () => {
    const channel = await channelOf('certs/router', cluster.controller);
    let refusals = 0;
    try {
      const registry = createClient(channel, 'pareto.v1.Registry');
      const calls: readonly [string, () => Promise<unknown>][] = [
        ['Registry/RegisterTask', () => registry.registerTask({ name: 'stolen', metric: 'top1' })],
        ['Registry/List', () => registry.list({})],
        ['Registry/Delete', () => registry.delete({ name: 'mlp-tiny' })],
        ['Fleet/ListWorkers', () => createClient(channel, 'pareto.v1.Fleet').listWorkers({})],
        ['Fleet/Join', () => firstOf(createClient(channel, 'pareto.v1.Fleet').join())],
        ['Blobs/Stat', () => createClient(channel, 'pareto.v1.Blobs').stat({ digest: `sha256:${'0'.repeat(64)}` })],
      ];
      for (const [method, call] of calls) {
        const refused = await refusalOf(call());
        assert.equal(refused.code, 'permission-denied', `${method}: ${refused.message}`);
        assert.match(refused.message, /router/);
        isSilent(refused.message);
        refusals += 1;
      }
      await says(cluster.controller, 'call rejected', /router/);
    } finally {
      channel.close();
    }
    const { tasks, architectures } = await client.registry.list({});
    assert.deepEqual(
      [tasks.map(({ name }) => name), architectures.map(({ name }) => name)],
      [['digits'], ['mlp-tiny']],
    );
    found({
      name: "a router's certificate: calls for others that are refused",
      value: refusals,
      unit: 'of 6',
      reach: { exactly: 6 },
    });
  });

  it("lets a viewer's certificate read everything and change nothing", async () => {
    const flags = ['--controller', cluster.controller.address, '--router', cluster.router.address];
    const run = async (...args: readonly string[]): Promise<readonly [number | null, string]> => {
      const child = startChild(process.execPath, [pareto, ...args, ...flags, '--certs', folder.file('certs/viewer')]);
      return [(await child.exited).code, child.output];
    };
    const refusal = /is for operators: the caller presented a viewer's certificate; present a certificate/;
    for (const read of ['status', 'explain']) {
      const [code, output] = await run(read);
      assert.equal(code, 0, `${read}: ${output}`);
    }
    const [code, output] = await run('delete', 'mlp-tiny');
    assert.equal(code, 1, output);
    assert.match(output, refusal);
    using viewer = createTestClient(cluster, await readClientCertificates(folder.file('certs/viewer'), systemClock));
    await viewer.registry.describe({ name: 'digits' });
    await viewer.registry.jobs({ name: 'digits' });
    await viewer.fleet.overview({});
    const { code: status, message } = await refusalOf(viewer.fleet.drain({ workerId: 'worker-1', undrain: false }));
    assert.equal(status, 'permission-denied', message);
    assert.match(message, refusal);
  });

  it('logs no key', async () => {
    const keys = await Promise.all(
      ['controller', 'router', 'worker', 'operator'].map((role) =>
        readFile(folder.file(`certs/${role}/tls.key`), 'utf8'),
      ),
    );
    const secrets = keys.map((key) => key.split('\n')[1] ?? assert.fail());
    for (const { name, child } of [cluster.controller, cluster.router, ...cluster.workers]) {
      assert.ok(!child.output.includes('PRIVATE KEY'), name);
      for (const secret of secrets) assert.ok(!child.output.includes(secret), name);
    }
  });

  it('fails no query while its authority is replaced as the documentation says', async () => {
    const services = [cluster.controller, cluster.router, ...cluster.workers];
    const replaced = (): readonly number[] =>
      services.map((service) => service.logs().filter(({ message }) => message === 'certificates replaced').length);
    await cp(folder.file('certs'), folder.file('before'), { recursive: true });
    const input = [digits.input(0)];
    const body = encodeInferRequest({ modelName: 'digits', inputs: input });
    const stop = startConnecting(cluster.router, folder.file('certs/client'), (channel) =>
      createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer')(body, { timeoutMs: 5_000 }),
    );
    const [, ...blocks] = (await readPage('docs/replacing-the-authority.md')).blocks;
    const env = {
      PATH: [fileURLToPath(new URL('../../node_modules/.bin', import.meta.url)), process.env['PATH']].join(delimiter),
      ...{ PARETO_CONTROLLER: cluster.controller.address, PARETO_ROUTER: cluster.router.address },
    };
    for (const { text } of blocks) {
      const before = replaced();
      const script = text.replaceAll('npx pareto', 'pareto');
      const child = startChild('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder.path, env });
      assert.equal((await child.exited).code, 0, `${text}\n${child.output}`);
      if (text.includes('status')) continue;
      await waitFor('the new files', () => replaced().every((count, at) => count > (before[at] ?? 0)) || undefined);
    }
    const { sent, errors } = await stop();
    assert.deepEqual(errors, []);
    assert.ok(sent > 50, `${sent} queries over as many connections`);
    found({
      name: 'a replaced authority: failed queries',
      value: errors.length,
      unit: `of ${sent}`,
      reach: { exactly: 0 },
    });
    const refused = await refusedCall(await channelOf('before', cluster.controller));
    assert.equal(refused.code, 'unavailable', 'the old authority is no longer trusted');
    client[Symbol.dispose]();
    client = createTestClient(cluster, await readClientCertificates(folder.file('certs'), systemClock));
  });
});

/**
 * Sends queries over new connections, one after another with pauses, until it is stopped. Each trusts the current authorities
 * of the folder.
 */
function startConnecting({ address }: ServiceProcess, folder: string, call: (channel: Channel) => Promise<unknown>) {
  const counts = { sent: 0, errors: [] as string[] };
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      counts.sent += 1;
      try {
        const channel = createChannel(address, { tls: (await readClientCertificates(folder, systemClock))('router') });
        await call(channel).finally(() => channel.close());
      } catch (error) {
        counts.errors.push(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  })();
  return async () => {
    stopping.abort();
    await running;
    return counts;
  };
}

async function makeCertificates(folder: string): Promise<void> {
  const child = startChild(process.execPath, [pareto, 'certs', 'init', '--out', folder]);
  assert.equal((await child.exited).code, 0, child.output);
}

/** Opens a channel that trusts the server and presents the other authority's certificate. */
async function strangerTo({ address, service }: ServiceProcess, folder: TempFolder): Promise<Channel> {
  const read = (name: string): Promise<Buffer> => readFile(folder.file(name));
  const identity = { certificate: await read('other/operator/tls.crt'), key: await read('other/operator/tls.key') };
  const current = { ca: await read('certs/operator/ca.crt'), identity };
  const source = { current, onChange: () => ({ [Symbol.dispose]: () => undefined }) };
  return createChannel(address, { tls: { source, server: service } });
}

async function refusedCall(channel: Channel): ReturnType<typeof refusalOf> {
  try {
    return await refusalOf(createClient(channel, 'pareto.v1.Registry').list({}, { timeoutMs: 5_000 }));
  } finally {
    channel.close();
  }
}

async function firstOf(stream: ReturnType<ServiceClient<'pareto.v1.Fleet'>['join']>): Promise<unknown> {
  return stream[Symbol.asyncIterator]().next();
}

/** Returns the response of a port to HTTP/1 without TLS. */
function speakPlainly(address: string): Promise<string> {
  const [host = '', port] = address.split(':');
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), host, () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'));
    socket.setTimeout(3_000, () => socket.destroy());
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });
}

/** Waits until a service logs a message with a reason. */
const says = (service: ServiceProcess, message: string, reason: RegExp): Promise<unknown> =>
  waitFor(`${service.name} to log "${message}" for ${reason}`, () =>
    service.logs().find((entry) => entry.message === message && reason.test(String(entry['reason']))),
  );

/** Asserts that a text reveals nothing about the cluster. */
function isSilent(text: string): void {
  assert.doesNotMatch(text, /mlp-tiny|digits|\/tmp\/|PRIVATE|at .*\.(js|ts):\d+/);
}
