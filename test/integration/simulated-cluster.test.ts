// The listings and the arrival log of a real cluster, as the simulator reads them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createCluster, readCluster } from '@pareto/simulator';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { startDigits, type DigitsCluster } from '../support/digits.js';
import { pareto } from '../support/pareto.js';

describe('a cluster to simulate', function () {
  this.timeout(120_000);
  let started: DigitsCluster;
  let folder: TempFolder;
  before(async () => {
    folder = await createTempFolder();
    const routerArgs = ['--record', folder.file('arrivals.csv'), '--record-level', 'arrivals'];
    started = await startDigits({ workers: 2, fewSamples: true, routerArgs }, ['mlp-tiny']);
  });
  after(async () => {
    await started[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

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

  it('replays what its router recorded', async () => {
    const { cluster, client, digits } = started;
    const input = [digits.input(0)];
    // The second objective is infeasible.
    const objectives = [{ latency_ms: 2_000 }, { latency_ms: 2_000, min_accuracy: 1 }];
    for (let sent = 0; sent < 150; sent++) {
      await Promise.all(objectives.map((objective) => client.infer('digits', input, objective).catch(() => undefined)));
    }
    const file = folder.file('arrivals.csv');
    await waitFor('the recorded queries', async () =>
      (await readFile(file, 'utf8').catch(() => '')).split('\n').length >= 300 + 2 ? true : undefined,
    );
    const { totals, objectives: streams } = JSON.parse(
      await pareto('--controller', cluster.controller.address, 'replay', file, '-o', 'json'),
    ) as {
      readonly totals: readonly { readonly name: string; readonly queries: number; readonly onTime: number }[];
      readonly objectives: readonly { readonly figures: readonly { readonly queries: number }[] }[];
    };
    assert.deepEqual(
      totals.map(({ name, queries }) => [name, queries]),
      [
        ['recorded', 300],
        ['unchanged', 300],
      ],
    );
    assert.deepEqual(
      streams.map(({ figures }) => figures.map(({ queries }) => queries)),
      [
        [150, 150],
        [150, 150],
      ],
    );
    const [recorded, simulated] = totals.map(({ queries, onTime }) => onTime / queries);
    assert.ok(recorded !== undefined && simulated !== undefined);
    assert.ok(recorded > 0.4 && recorded <= 0.5, `recorded ${recorded}`);
    assert.ok(Math.abs(simulated - recorded) < 0.1, `recorded ${recorded}, simulated ${simulated}`);
  });
});
