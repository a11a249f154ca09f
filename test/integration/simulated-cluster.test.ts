// The listings of a real cluster, as the simulator reads them.

import assert from 'node:assert/strict';
import { createCluster, readCluster } from '@pareto/simulator';
import { startDigits, type DigitsCluster } from '../support/digits.js';
import { pareto } from '../support/pareto.js';

describe('a cluster to simulate', function () {
  this.timeout(120_000);
  let started: DigitsCluster;
  before(async () => {
    started = await startDigits({ workers: 2, fewSamples: true }, ['mlp-tiny']);
  });
  after(() => started[Symbol.asyncDispose]());

  it('is read from what the command lists', async () => {
    const list = async (kind: string): Promise<unknown> =>
      JSON.parse(await pareto('--controller', started.cluster.controller.address, 'get', kind, '-o', 'json'));
    const { registry, fleet } = readCluster({
      ...{ tasks: await list('tasks'), variants: await list('variants'), workers: await list('workers') },
    });

    assert.ok(registry.tasks.some(({ name }) => name === 'digits'));
    const original = registry.variants.find(({ name }) => name === 'mlp-tiny:original') ?? assert.fail('no variant');
    assert.ok(original.task === 'digits' && original.accuracy > 0.8, String(original.accuracy));
    const [profile] = original.profiles;
    const [single] = profile?.points ?? [];
    assert.ok(profile !== undefined && !profile.modelled && profile.memoryMib > 0 && profile.loadMs > 0);
    assert.equal(single?.batch, 1);
    assert.ok(single.p50Ms > 0 && single.p99Ms >= single.p50Ms);

    const [hardwareClass] = fleet.classes;
    assert.equal(hardwareClass?.name, profile.hardwareClass);
    assert.ok(hardwareClass.usdPerSlotHour > 0);
    assert.equal(
      fleet.workers.reduce((sum, { count }) => sum + count, 0),
      2,
    );
    assert.equal(createCluster(registry, fleet).variants.length, registry.variants.length);
  });
});
