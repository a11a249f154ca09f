import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { startProgramWith, type Running } from '../../support/run-program.js';

const header =
  '#pareto-arrivals 1 at,target,task,latency_ms,min_accuracy,max_cost_per_1k,class,accuracy_bound,degrade,items,bytes,outcome,took_ms,client';
const start = 1_796_126_400_000;
/** A query each 10 ms, every fourth with a floor that no variant reaches. */
const lines = Array.from({ length: 200 }, (_, index) =>
  index % 4 === 0
    ? `${start + 10 * index},t,t,100,0.99,,,,,1,300,failed-precondition,0.1,`
    : `${start + 10 * index},t,t,100,,,offline,,,2,300,ok,${index % 20},`,
);

const listings = {
  'variants.json': {
    variants: [
      {
        ...{ name: 'a:original', version: 1, architecture: 'a', task: 't', quarantineReason: '', denied: '' },
        measurements: [
          {
            hardwareClass: 'cpu',
            profile: { points: [{ batch: 1, p50Ms: 2, p95Ms: 2, p99Ms: 2 }], loadMs: 20, memoryBytes: 1_000_000 },
            accuracy: { value: 0.9 },
          },
        ],
      },
    ],
  },
  'tasks.json': { tasks: [{ name: 't', defaultObjective: null }] },
  'workers.json': {
    workers: [
      {
        ...{ departed: false, memoryBytes: 1e9, usdPerHour: 3.6 },
        slotGroups: [{ hardwareClass: { id: 'cpu' }, slots: 2, deviceMemoryBytes: 0 }],
        replicas: [{ variant: 'a:original', state: 'READY' }],
      },
    ],
  },
};

describe('pareto replay', function () {
  this.timeout(60_000);
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
    const files = Object.entries(listings).map(([name, value]) => [name, JSON.stringify(value)] as const);
    await folder.put({
      ...Object.fromEntries(files),
      'arrivals.csv': [header, ...lines, 'cut'].join('\n'),
      'prices.yaml': 'prices: { cpu: 18 }\n',
    });
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const run = (...argv: readonly string[]): Running['ended'] =>
    startProgramWith(systemClock, ['replay', folder.file('arrivals.csv'), ...argv]).ended;
  const changes = (): readonly string[] => ['--listings', folder.path, '--with', folder.file('prices.yaml')];

  it('prints what was recorded, and what the same queries cost and miss with changes', async () => {
    const { stdout, stderr, code } = await run(...changes());
    assert.equal(code, 0, stderr);
    const normal = stdout.replaceAll(/ +/g, ' ').replaceAll(/ \$[\d.]+$/gm, ' USD');
    assert.deepEqual(normal.split('\n').slice(0, 2), ['200 queries in 2 s from 2026-12-01T12:00:00.000Z', '']);
    assert.match(normal, /^RUN ON TIME MISSED P50 P99 COST$/m);
    assert.match(normal, /^recorded 75\.00 % 50 10\.0 ms 19\.0 ms -$/m);
    assert.match(normal, /^unchanged 75\.00 % 50 [\d.]+ ms [\d.]+ ms USD$/m);
    assert.match(normal, /^TASK OBJECTIVE QUERIES RECORDED UNCHANGED PRICES\.YAML$/m);
    assert.match(normal, /^t ≤ 100 ms, ≥ 99\.00 % 50 0\.00 % 0\.00 % 0\.00 %$/m);
    assert.match(normal, /^t ≤ 100 ms, offline 150 100\.00 % 100\.00 % 100\.00 %$/m);
    assert.match(normal, /^prices\.yaml starts with the ready replicas of the listed cluster: 1$/m);
    assert.match(normal, /^queries of several items, which were replayed with one item: 150$/m);
    assert.match(normal, /^lines of the log that are cut: 1$/m);
  });

  it('simulates the controller that --policy names, and rejects one that does not exist or cannot be started', async () => {
    const greedy = await run(...changes(), '--policy', 'pareto-greedy');
    assert.equal(greedy.code, 0, greedy.stderr);
    assert.match(greedy.stdout, /^unchanged +75\.00 %/m);
    const unknown = await run(...changes(), '--policy', 'infaas');
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.stderr,
      /no policy "infaas" \(the policies are pareto, pareto-greedy, pareto-release-hosts, pareto-accurate\)/,
    );
    await folder.put({ 'release.yaml': 'params: { turn: { placement: { releasesHosts: true } } }\n' });
    const released = ['--listings', folder.path, '--with', folder.file('release.yaml')];
    const impossible = await run(...released, '--policy', 'pareto-greedy');
    assert.equal(impossible.code, 1);
    assert.match(impossible.stderr, /pareto-greedy cannot release hosts/);
  });

  it('prints JSON', async () => {
    const { stdout, stderr, code } = await run(...changes(), '-o', 'json');
    assert.equal(code, 0, stderr);
    const { from, durationMs, gaps, totals, objectives } = JSON.parse(stdout) as {
      readonly [key: string]: unknown;
      readonly totals: readonly {
        readonly name: string;
        readonly onTime: number;
        readonly usd?: number;
        readonly startReplicas?: number;
      }[];
      readonly objectives: readonly { readonly figures: readonly { readonly queries: number }[] }[];
    };
    assert.deepEqual([from, durationMs], ['2026-12-01T12:00:00.000Z', 1_991]);
    assert.deepEqual(gaps, { invalid: 0, named: 0, batched: 150, cut: 1, lost: 0, unknown: 0 });
    assert.deepEqual(
      totals.map(({ name, onTime, startReplicas }) => [name, onTime, startReplicas]),
      [
        ['recorded', 150, undefined],
        ['unchanged', 150, 1],
        ['prices.yaml', 150, 1],
      ],
    );
    const [recorded, unchanged, changed] = totals.map(({ usd }) => usd);
    assert.ok(recorded === undefined && unchanged !== undefined && changed !== undefined);
    assert.ok(Math.abs(changed / unchanged - 10) < 1e-9);
    assert.deepEqual(
      objectives.map(({ figures }) => figures.map(({ queries }) => queries)),
      [
        [150, 150, 150],
        [50, 50, 50],
      ],
    );
  });

  it('names a listing that is missing', async () => {
    const { stderr, code } = await run('--listings', folder.file('none'));
    assert.equal(code, 1);
    assert.match(stderr, /variants\.json cannot be read: ENOENT.*'pareto get variants -o json'/);
  });
});
