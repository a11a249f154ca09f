// Services that start, fail to start, and stop.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { createChannel, createClient } from '@pareto/rpc';
import { createTempFolder, freePorts, waitFor, type Child, type TempFolder } from '@pareto/testkit';
import { probe, refusalToStart, startService } from '../support/service-process.js';
import { healthOf, receiveWindowOf, reflectedServices } from '../support/grpc-server.js';

const services = ['controller', 'router', 'worker', 'node'] as const;
type Service = (typeof services)[number];

describe('a service', function () {
  this.timeout(60_000);
  let folder: TempFolder;
  let token: string;
  const children: Child[] = [];
  before(async () => {
    folder = await createTempFolder();
    token = folder.file('token');
    await writeFile(token, 'a-secret-for-tests-only');
  });
  after(async () => {
    await Promise.all(children.map((child) => child.stop(1_000)));
    await folder[Symbol.asyncDispose]();
  });

  function argsOf(service: Service, ports: readonly number[]): string[] {
    const own = {
      controller: ['--data-dir', folder.file('data')],
      router: ['--controllers', '127.0.0.1:9', '--http-port', '0'],
      worker: ['--controllers', '127.0.0.1:9', '--cache-dir', folder.file('cache'), '--id', 'w'],
      node: [
        ...['--controllers', '127.0.0.1:9', '--http-port', '0', '--cache-dir', folder.file('node-cache')],
        ...['--worker-id', 'w', '--worker-port', '0', '--worker-metrics-port', '0'],
      ],
    };
    const [port, metricsPort] = ports.map(String) as [string, string];
    return ['--port', port, '--metrics-port', metricsPort, '--cluster-token-file', token, ...own[service]];
  }

  function start(service: Service, args: readonly string[]): Child {
    const child = startService(service, args);
    children.push(child);
    return child;
  }

  const refusal = (service: Service, args: readonly string[]): Promise<string> => refusalToStart(start(service, args));

  async function withTakenPort(work: (port: number) => Promise<void>): Promise<void> {
    const [port = 0] = await freePorts(1);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await work(port);
    } finally {
      server.close();
    }
  }

  for (const service of services) {
    describe(`the ${service}`, () => {
      it('names the port that is in use and the flag to change it', async () => {
        await withTakenPort(async (taken) => {
          const line = await refusal(service, argsOf(service, [taken, 0]));
          assert.match(
            line,
            new RegExp(`^pareto-${service}: cannot listen on 127.0.0.1:${taken}: the port is taken: .*--port$`),
          );
        });
      });

      it('answers probes, health and reflection, and stops on SIGTERM with status 0', async () => {
        const [port = 0, metricsPort = 0] = await freePorts(2);
        const child = start(service, argsOf(service, [port, metricsPort]));
        await waitFor('its probe', async () =>
          (await probe(metricsPort, '/livez')).status === 200 ? true : undefined,
        );
        await waitFor('its start', () => (child.output.includes('"started"') ? true : undefined));
        const ready = await probe(metricsPort, '/readyz');
        if (ready.status !== 200) assert.match(ready.text, /controller|table/);
        assert.match((await probe(metricsPort, '/metrics')).text, /process_cpu_seconds_total/);
        const offered = { controller: 'Registry', router: 'Inference', worker: 'Execution', node: 'Inference' };
        await checkServer(port, `pareto.v1.${offered[service]}`);
        child.kill('SIGTERM');
        assert.deepEqual(await child.exited, { code: 0, signal: null });
      });
    });
  }

  it('rejects a mistyped flag, a missing secret, and a non-loopback address without TLS', async () => {
    const args = argsOf('node', [0, 0]);
    const refusals: readonly [readonly string[], RegExp][] = [
      [['--log-levle', 'info'], /unknown flag --log-levle: did you mean --log-level\?/],
      [['--cluster-token-file', folder.file('none')], /openssl rand/],
      [['--host', '0.0.0.0'], /--insecure/],
    ];
    const check = async ([more, message]: (typeof refusals)[number]): Promise<void> =>
      assert.match(await refusal('node', [...args, ...more]), message);
    await Promise.all(refusals.map(check));
  });

  it('explains its flags', async () => {
    const child = start('controller', ['--help']);
    assert.equal((await child.exited).code, 0);
    assert.match(child.output, /Example:\n {2}pareto-controller /);
  });

  it('names the flags of the ports of a node', async () => {
    await withTakenPort(async (taken) => {
      for (const flag of ['--metrics-port', '--worker-port', '--worker-metrics-port']) {
        const line = await refusal('node', [...argsOf('node', [0, 0]), flag, String(taken)]);
        assert.match(line, new RegExp(`^pareto-node: cannot listen on 127.0.0.1:${taken}: .*with ${flag}$`));
      }
    });
  });

  it('exits immediately on a second signal', async () => {
    const [port = 0, metricsPort = 0] = await freePorts(2);
    const child = start('controller', [...argsOf('controller', [port, metricsPort]), '--drain-timeout-ms', '60000']);
    await waitFor('its start', () => (child.output.includes('"started"') ? true : undefined));
    // An open stream delays the end of draining.
    const channel = createChannel(`127.0.0.1:${port}`, {
      metadata: { 'pareto-internal-token': 'a-secret-for-tests-only' },
    });
    const stream = createClient(channel, 'pareto.v1.Fleet').join();
    await stream.write({ message: 'hello', hello: { workerId: 'w', incarnation: '1', address: '127.0.0.1:9' } });
    await stream[Symbol.asyncIterator]().next();
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    const exit = await child.exited;
    assert.ok(exit.code === 1 || exit.code === 0, JSON.stringify(exit));
    channel.close();
  });

  it('rejects etcd credentials without an etcd address', async () => {
    const line = await refusal('controller', [...argsOf('controller', [0, 0]), '--etcd-user', 'pareto']);
    assert.match(line, /^pareto-controller: --etcd: is missing, .* pass host:port of the members/);
  });

  it('rejects an unusable data folder', async () => {
    const line = await refusal('controller', [...argsOf('controller', [0, 0]), '--data-dir', `${token}/data`]);
    assert.match(line, /^pareto-controller: .*token/);
  });
});

async function checkServer(port: number, service: string): Promise<void> {
  const address = `127.0.0.1:${port}`;
  assert.ok(['serving', 'not serving'].includes(await healthOf(address)));
  assert.equal(await receiveWindowOf(address), 2 ** 20);
  const services = await reflectedServices(address);
  for (const name of [service, 'grpc.health.v1.Health']) assert.ok(services.includes(name), `${name} in ${services}`);
}
