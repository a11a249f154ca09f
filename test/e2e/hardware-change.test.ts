// A worker that is killed and started again on other hardware: with other memory, other slots, or another instruction
// set, under its own name or under another one.

import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import { classesOf, startDigits, type DigitsCluster } from '../support/digits.js';
import { startService, type ServiceStarter } from '../support/service-process.js';

const models = ['mlp-tiny', 'cnn-small'] as const;
const targets = [...models, 'digits'];

interface Restart {
  readonly what: string;
  readonly args: readonly string[];
  /** Flags of the processor. Those of this machine if omitted. */
  readonly cpu?: string;
}

const restarts: readonly Restart[] = [
  { what: 'less memory', args: ['--memory', '900m'] },
  { what: 'more slots, as another worker', args: ['--slots', '3', '--id', 'second'] },
  { what: 'another instruction set', args: ['--id', 'second'], cpu: 'avx2' },
  {
    what: 'yet another one, more memory and slots, as another worker',
    args: [...['--memory', '5g', '--slots', '2'], '--id', 'third'],
    cpu: 'avx',
  },
];

describe('a worker that returns on other hardware', function () {
  this.timeout(240_000);
  let started: DigitsCluster;
  let cpu: string | undefined;
  before(async () => {
    const starter: ServiceStarter = ({ service, args, env }) => {
      const other = service === 'worker' && cpu !== undefined ? { NODE_OPTIONS: nodeOptionsFor(cpu) } : {};
      return startService(service, args, { ...env, ...other });
    };
    started = await startDigits({ workers: 1, starter, fewSamples: true }, models);
  });
  after(() => started[Symbol.asyncDispose]());

  for (const { what, args, cpu: flags } of restarts) {
    it(`answers queries for its models, also those with an accuracy floor: ${what}`, async () => {
      const { client, cluster, digits } = started;
      const [worker = assert.fail()] = cluster.workers;
      await worker.kill();
      cpu = flags;
      const since = performance.now();
      // Measuring takes longer than the test: the models must answer before.
      worker.launch([...args, '--profile-ms', '600000']);
      const times = targets.map(async (target) => {
        const objective = { latency_ms: 10_000, min_accuracy: 0.5 };
        const infer = () => client.infer(target, [digits.input(0)], objective);
        assert.equal(classesOf(await waitFor(`an answer of ${target}`, infer, 60_000)).length, 1);
        return `${target} ${((performance.now() - since) / 1000).toFixed(1)} s`;
      });
      process.stdout.write(`      answers after ${(await Promise.all(times)).join(', ')}\n`);
      await worker.ready();
    });
  }

  it('is shown with a class that has the instruction set, but neither memory nor slots', async () => {
    const { workers } = await started.client.fleet.overview({});
    const classes = workers
      .filter(({ connected }) => connected)
      .map(({ slotGroups: [group] }) => group?.hardwareClass?.id);
    assert.equal(classes.length, 1);
    assert.match(classes[0] ?? '', /^cpu\/[^/]+\/avx$/);
  });
});

/** Returns options of Node with which a process reads these flags of the processor. */
function nodeOptionsFor(flags: string): string {
  const code = `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { readFile } = fs.promises;
    fs.promises.readFile = async (path, ...more) =>
      path === '/proc/cpuinfo' ? 'flags : ${flags}' : readFile(path, ...more);
    syncBuiltinESMExports();`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}
