import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@pareto/testkit';
import { prepare } from '../../src/cluster/preflight.js';
import { planTopology, type TopologyOptions } from '../../src/cluster/topology.js';

const host = '127.0.0.1';

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, host, () => resolve((server.address() as AddressInfo).port)));

const optionsIn = (dataDir: string): TopologyOptions => ({
  ...{ dataDir, host, controllers: 1, workers: 1, separate: false, etcd: [], certs: undefined },
  ...{ configDir: undefined, logFormat: 'json' },
  ...{ controllerPort: 40_001, routerPort: 40_011, httpPort: 40_010, workerPort: 40_021 },
});

describe('prepare', () => {
  let dataDir: string;
  let options: TopologyOptions;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'pareto-preflight-'));
    const [controllerPort = 0, routerPort = 0, httpPort = 0, workerPort = 0] = await freePorts(4, 2);
    options = { ...optionsIn(dataDir), controllerPort, routerPort, httpPort, workerPort };
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const run = (more: Partial<TopologyOptions> = {}): Promise<void> =>
    prepare({ ...options, ...more }, planTopology({ ...options, ...more }));

  it('names the port in use and the flag that changes it', async () => {
    const server = createServer();
    const controllerPort = await listen(server);
    const taken = new RegExp(`port ${controllerPort} on 127.0.0.1, for controller, is taken: .*--controller-port`);
    await assert.rejects(run({ controllerPort }), taken);
    server.close();
  });

  it('names two services with the same port', async () => {
    await assert.rejects(
      run({ routerPort: options.controllerPort + 1 }),
      new RegExp(`port ${options.controllerPort + 1} is assigned to both controller and router`),
    );
  });

  it('names the flag of an HTTP port that is in use or assigned twice', async () => {
    const server = createServer();
    const httpPort = await listen(server);
    const taken = new RegExp(`port ${httpPort} .*, for router, is taken: .*--http-port PORT, or disable HTTP with off`);
    await assert.rejects(run({ httpPort }), taken);
    server.close();
    await assert.rejects(
      run({ httpPort: options.controllerPort }),
      /both controller and router: .*--controller-port or --http-port/,
    );
    await run({ httpPort: 'off' });
  });

  it('creates a token once, readable only by its owner', async () => {
    const { tokenFile } = planTopology(options);
    const tokens: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      await run().catch(() => undefined);
      tokens.push(await readFile(tokenFile, 'utf8'));
    }
    assert.equal(tokens[0], tokens[1]);
    assert.equal((await stat(tokenFile)).mode & 0o077, 0);
  });

  it('explains a folder that is not writable', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    await assert.rejects(run({ dataDir: file }), /cannot write to .*--data-dir/);
  });

  it('rejects several controllers without a shared store', async () => {
    await assert.rejects(run({ controllers: 2 }), {
      code: 'invalid-argument',
      message: /^2 controllers need a shared store, .*--etcd HOST:PORT/,
    });
  });

  it('accepts etcd if one member is reachable, and explains if none is', async () => {
    const server = createServer();
    const member = `${host}:${await listen(server)}`;
    const away = `${host}:9`;
    await run({ etcd: [away, member] });
    server.close();
    await assert.rejects(run({ etcd: [away] }), /no etcd is reachable at 127.0.0.1:9: start it/);
  });

  it('names a missing certificate, and creates no token with certificates', async () => {
    const certs = join(dataDir, 'certs');
    await assert.rejects(run({ certs }), /there is no .*controller\/ca.crt: .*'pareto certs init --out/);
    for (const role of ['controller', 'router', 'worker']) {
      await mkdir(join(certs, role), { recursive: true });
      for (const file of ['ca.crt', 'tls.crt', 'tls.key']) await writeFile(join(certs, role, file), '');
    }
    await run({ certs });
    await assert.rejects(access(planTopology(options).tokenFile));
    await rm(join(certs, 'worker', 'tls.key'));
    await assert.rejects(run({ certs }), /there is no .*worker\/tls.key/);
    const one = join(certs, 'router');
    await assert.rejects(
      run({ certs: one }),
      new RegExp(`of one role; pass the folder with those of .*, e.g. ${certs}$`),
    );
  });

  it('rejects a folder of further flags without any file, and combines those of a router and its worker', async () => {
    await assert.rejects(
      run({ configDir: dataDir }),
      /--config-dir .*: expected at least one of controller.json, router.json, worker/,
    );
    await writeFile(join(dataDir, 'router.json'), '{"max-held":5,"max-streams":6}');
    await writeFile(join(dataDir, 'worker.json'), '{"slots":3,"max-streams":7}');
    await run({ configDir: dataDir });
    const { router, nodeConfigFile } = planTopology({ ...options, configDir: dataDir });
    assert.ok(router.process.args.join(' ').startsWith(`--config ${nodeConfigFile} `));
    assert.deepEqual(JSON.parse(await readFile(nodeConfigFile, 'utf8')), {
      ...{ 'max-held': 5, 'max-streams': 6, slots: 3, 'worker-max-streams': 7 },
    });
    await writeFile(join(dataDir, 'worker.json'), '{');
    await assert.rejects(run({ configDir: dataDir }), /worker.json is not valid JSON/);
  });

  it('splits cores and memory among the workers, unless the file of the workers states them', async () => {
    const shares = (): readonly string[] =>
      planTopology({ ...options, configDir: dataDir, workers: 2 }).workers.map(({ process: { args } }) =>
        ['--slots', '--memory'].filter((flag) => args.includes(flag)).join(' '),
      );
    assert.deepEqual(shares(), ['--slots --memory', '--slots --memory']);
    await writeFile(join(dataDir, 'worker.json'), '{"memory":"2g"}');
    assert.deepEqual(shares(), ['--slots', '--slots']);
    await writeFile(join(dataDir, 'worker.json'), '{"memory":"2g","slots":1}');
    assert.deepEqual(shares(), ['', '']);
  });

  it('throws instead of hanging if the system can not create a folder', async () => {
    await assert.rejects(run({ dataDir: '/proc/pareto/x' }), /cannot write to \/proc.*--data-dir/);
  });
});

describe('planTopology', () => {
  const portsOf = (services: readonly { readonly name: string; readonly port: number }[]): string[] =>
    services.map(({ name, port }) => `${name} ${port}`);

  it('assigns separate ports, and passes the controller to workers', () => {
    const { controllers, router, workers } = planTopology({ ...optionsIn('/data'), workers: 3 });
    const services = [...controllers, router, ...workers];
    const ports = services.flatMap(({ port, metricsPort }) => [port, metricsPort]);
    assert.equal(new Set(ports).size, ports.length);
    assert.deepEqual(portsOf(services), [
      'controller 40001',
      'router 40011',
      ...['worker-1 40021', 'worker-2 40031', 'worker-3 40041'],
    ]);
    for (const { args } of services.map(({ process }) => process)) {
      assert.ok(args.includes('--supervised'));
      assert.ok(args.join(' ').includes('--cluster-token-file /data/cluster-token'));
    }
    for (const { process } of [router, ...workers])
      assert.ok(process.args.join(' ').includes('--controllers 127.0.0.1:40001'));
    assert.ok(!controllers.some(({ process: { args } }) => args.includes('--etcd') || args.includes('--blobs')));
  });

  it('passes several controllers one etcd and one blob folder, and passes every controller to the others', () => {
    const etcd = ['127.0.0.1:2379', '127.0.0.1:2380'];
    const options = { ...optionsIn('/data'), controllers: 2, etcd, workerPort: 40_101, routerPort: 40_091 };
    const { controllers, router, workers } = planTopology(options);
    assert.deepEqual(portsOf(controllers), ['controller-1 40001', 'controller-2 40011']);
    for (const { name, process } of controllers) {
      const text = process.args.join(' ');
      assert.ok(text.includes(`--data-dir /data/${name} --etcd ${etcd.join(',')} --blobs /data/blobs`), text);
    }
    for (const { process } of [router, ...workers]) {
      assert.ok(process.args.join(' ').includes('--controllers 127.0.0.1:40001,127.0.0.1:40011'));
    }
  });

  it('passes each role its certificates', () => {
    const options = { ...optionsIn('/data'), workers: 2, certs: '/certs' };
    const certsOf = (more: Partial<TopologyOptions>): readonly unknown[] => {
      const { controllers, router, workers } = planTopology({ ...options, ...more });
      const processes = [...controllers, router, ...workers].map(({ process }) => process);
      assert.ok(!processes.some(({ args }) => args.includes('--cluster-token-file')));
      return processes.map(({ args }) => args[args.indexOf('--certs') + 1]);
    };
    const [controller, worker] = ['/certs/controller', '/certs/worker'];
    assert.deepEqual(
      certsOf({}),
      [controller, '/certs', '/certs', worker],
      'the process of both has a subfolder of each',
    );
    assert.deepEqual(certsOf({ separate: true }), [controller, '/certs/router', worker, worker]);
  });

  it('combines the router and the first worker, unless they are separate', () => {
    const options = { ...optionsIn('/data'), workers: 2 };
    const { router, workers } = planTopology(options);
    assert.equal(router.process, workers[0]?.process);
    const { script, args, logs, name } = router.process;
    assert.match(script, /services\/node\/dist\/main.js$/);
    const flags = '--worker-port 40021 --worker-metrics-port 40022 --controllers 127.0.0.1:40001 --worker-id worker-1';
    assert.ok(args.join(' ').includes(`${flags} --cache-dir /data/worker-1`), args.join(' '));
    assert.deepEqual([name, logs.map((log) => log.name)], ['router and worker-1', ['router', 'worker-1']]);
    assert.match(workers[1]?.process.script ?? '', /services\/worker\/dist\/main.js$/);
    const separate = planTopology({ ...options, separate: true });
    assert.match(separate.router.process.script, /services\/router\//);
    assert.match(separate.workers[0]?.process.script ?? '', /services\/worker\//);
  });
});
