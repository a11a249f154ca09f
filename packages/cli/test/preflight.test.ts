import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from '../src/up/preflight.js';
import { planTopology, type TopologyOptions } from '../src/up/topology.js';

const host = '127.0.0.1';

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, host, () => resolve((server.address() as AddressInfo).port)));

describe('prepare', () => {
  let dataDir: string;
  let options: TopologyOptions;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'pareto-preflight-'));
    options = {
      ...{ dataDir, host, workers: 1, configDir: undefined, logFormat: 'json' },
      ...{ controllerPort: 40_001, routerPort: 40_011, workerPort: 40_021 },
    };
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('names the port that is taken and the flag that moves it', async () => {
    const server = createServer();
    const controllerPort = await listen(server);
    const topology = planTopology({ ...options, controllerPort });
    const taken = new RegExp(`port ${controllerPort} on 127.0.0.1, for controller, is taken: .*--controller-port`);
    await assert.rejects(prepare(dataDir, host, topology), taken);
    server.close();
  });

  it('names two services that were given the same port', async () => {
    const topology = planTopology({ ...options, routerPort: options.controllerPort + 1 });
    await assert.rejects(prepare(dataDir, host, topology), /port 40002 is meant for both controller and router/);
  });

  it('makes a secret that only its owner reads, once', async () => {
    const { tokenFile } = planTopology(options);
    const tokens: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      await prepare(dataDir, host, planTopology(options)).catch(() => undefined);
      tokens.push(await readFile(tokenFile, 'utf8'));
    }
    assert.equal(tokens[0], tokens[1]);
    assert.equal((await stat(tokenFile)).mode & 0o077, 0);
  });

  it('says what to do about a folder that can not be written', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    const topology = planTopology({ ...options, dataDir: file });
    await assert.rejects(prepare(file, host, topology), /cannot write to .*--data-dir/);
  });
});

describe('prepare, before anything is touched', () => {
  it('ends where the system can not make a folder', async () => {
    const options = { host, workers: 1, configDir: undefined, logFormat: 'json' } as const;
    const ports = { controllerPort: 40_001, routerPort: 40_011, workerPort: 40_021 };
    const topology = planTopology({ ...options, ...ports, dataDir: '/proc/pareto/x' });
    await assert.rejects(prepare('/proc/pareto/x', host, topology), /cannot write to \/proc.*--data-dir/);
  });
});

describe('planTopology', () => {
  it('gives every service ports of its own, and workers the controller', () => {
    const { controller, router, workers } = planTopology({
      ...{ dataDir: '/data', host, workers: 3, configDir: undefined, logFormat: 'json' },
      ...{ controllerPort: 8100, routerPort: 8001, workerPort: 8200 },
    });
    const nodes = [controller, router, ...workers];
    const ports = nodes.flatMap(({ port, metricsPort }) => [port, metricsPort]);
    assert.equal(new Set(ports).size, ports.length);
    assert.deepEqual(
      workers.map(({ name, port }) => `${name} ${port}`),
      ['worker-1 8200', 'worker-2 8210', 'worker-3 8220'],
    );
    for (const { args } of nodes) assert.ok(args.includes('--supervised'));
    for (const { args } of [router, ...workers]) assert.ok(args.join(' ').includes('--controllers 127.0.0.1:8100'));
  });
});
