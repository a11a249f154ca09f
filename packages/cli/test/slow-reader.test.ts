// Every command that lists something, with a reader of its output that starts late.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { kinds } from '../src/kinds/kinds.js';
import { createFakeStorage, startFakeController, type FakeController } from './support/fake-controller.js';
import { digits, fakeArchitecture, fakeTask, fakeVariant } from './support/fake-description.js';
import { fakeJob, fakeStep } from './support/fake-jobs.js';
import { fakeOverview, fakeReplica, fakeTaskLoad, fakeWorker } from './support/fake-overview.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Number of objects of each kind, with which every output is larger than a pipe. */
const count = 1_500;

const many = <T>(create: (name: string) => T): T[] => Array.from({ length: count }, (_, i) => create(`name-${i}`));

/** Runs a command with a pipe whose reader waits before it reads, and returns its output. */
async function runSlowly(argv: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const script = '{ "$0" "$@"; echo "exit $?" >&2; } | { sleep 0.6; cat; }';
  const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
  const child = spawn('sh', ['-c', script, process.execPath, main, ...argv], {
    ...{ stdio: ['ignore', 'pipe', 'pipe'], env },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
}

describe('a slow reader', () => {
  let controller: FakeController;
  before(async () => {
    controller = await startFakeController(createFakeStorage());
    const variants = many((name) => fakeVariant({ name: `${name}:original` }));
    const architectures = many((name) => fakeArchitecture(name));
    controller.list = { tasks: many(fakeTask), architectures, variants };
    controller.description = { ...digits, architectures, variants };
    controller.events.push(
      ...many((subject) => ({
        kind: 'load',
        subject,
        worker: 'w1',
        reason: 'demand of 5 items/s, which no other replica can serve',
      })),
    );
    controller.jobs = [many((name) => fakeJob(name, [fakeStep('make', 'waiting', { recipe: 'fp16' })]))];
    controller.rules.push(...many((id) => ({ id, kind: 'deny', target: 'digits', reason: 'too slow', actor: 'ann' })));
    controller.overview = fakeOverview({
      ...{ leader: controller.address, controllers: [controller.address] },
      tasks: many((task) => fakeTaskLoad({ task })),
      workers: many((workerId) => fakeWorker({ workerId, replicas: [fakeReplica({ replicaId: workerId })] })),
      routers: many((routerId) => ({ routerId, address: `${routerId}:1` })),
    });
    const candidates = many((variant) => ({ variant, verdict: 'cold', replicasReady: 1 }));
    controller.server.add('pareto.v1.Inference', {
      explain: async () => ({ decisionId: 'r.1', target: 'digits', candidates }),
      whatIf: async () => ({ feasible: true, candidates }),
    });
  });
  after(() => controller[Symbol.dispose]());

  const commands = [
    ...kinds.map(({ name }) => ['get', name]),
    ...[['list'], ['workers'], ['jobs'], ['rules'], ['events'], ['describe', 'digits'], ['frontier', 'digits']],
    ...[['top'], ['status'], ['explain'], ['whatif', 'digits']],
  ];
  for (const command of commands) {
    it(`receives the whole output of ${command.join(' ')} -o json`, async () => {
      const { address, overview } = controller;
      // The routers of each controller are requested from it.
      const controllers = command[1] === 'controllers' ? many((name) => `${name}:8100`) : [address];
      controller.overview = { ...overview, controllers };
      const { stdout, stderr } = await runSlowly([
        ...command,
        '-o',
        'json',
        '--controller',
        address,
        '--router',
        address,
      ]);
      assert.match(stderr, command[0] === 'status' ? /exit [01]\n$/ : /exit 0\n$/);
      assert.ok(stdout.length > 65_536, `${stdout.length} bytes, which fit a pipe`);
      JSON.parse(stdout);
    });
  }

  it('receives the newest events', async () => {
    const { stdout } = await runSlowly(['events', '--controller', controller.address]);
    assert.match(stdout, new RegExp(`name-${count - 1} .*\n$`));
  });
});
