import assert from 'node:assert/strict';
import { createSeededRng, milliseconds, type PartialObjective } from '@pareto/core';
import { arrivalLogHeader, formatArrival, type LoggedArrival } from '@pareto/policy';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { policyNamed, readReplay, simulate } from '../../src/index.js';

const variant = (name: string, task = 'digits', hardwareClass = 'cpu'): object => ({
  ...{ name, version: 1, architecture: name, task, quarantineReason: '', denied: '' },
  measurements: [
    {
      hardwareClass,
      profile: { points: [{ batch: 1, p50Ms: 1, p95Ms: 2, p99Ms: 3 }], loadMs: 50, memoryBytes: 2 ** 20 },
      accuracy: { value: 0.9 },
    },
  ],
});
const listings = {
  tasks: { tasks: [{ name: 'digits', defaultObjective: null }] },
  variants: { variants: [variant('a:original'), variant('b:original', 'text')] },
  workers: {
    workers: [
      {
        ...{ departed: false, memoryBytes: 2 ** 30, usdPerHour: 0.4 },
        slotGroups: [{ hardwareClass: { id: 'cpu' }, slots: 4, deviceMemoryBytes: 0 }],
      },
    ],
  },
};

const startsAt = 1_796_000_000_000;
const loose: PartialObjective = { latencyMs: milliseconds(500) };
const strict: PartialObjective = { latencyMs: milliseconds(500), minAccuracy: 0.99 };

const line = (atMs: number, fields: Partial<LoggedArrival> = {}): string =>
  formatArrival({
    ...{ at: startsAt + atMs, target: 'digits', task: 'digits', objective: loose, items: 1, requestBytes: 100 },
    ...{ outcome: 'ok', latencyMs: 10, client: '', ...fields },
  });
const log = (...lines: readonly string[]): string => [arrivalLogHeader, ...lines, ''].join('\n');

describe('the replay of arrival logs', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const read = (logs: readonly string[], ...changes: readonly string[]): ReturnType<typeof readReplay> =>
    readReplay(
      logs.map((name) => folder.file(name)),
      listings,
      changes.map((name) => folder.file(name)),
    );

  it('has the queries of all routers by objective, in the order of their arrival', async () => {
    await folder.put({
      'a.csv': log(line(30), line(20, { outcome: 'late', latencyMs: 600 })),
      'a.csv.1': log(line(5), line(0, { objective: strict, outcome: 'failed-precondition' })),
      'b.csv': log(line(10)),
    });
    const { recorded, durationMs, scenarios, startsAt: from } = await read(['a.csv', 'a.csv.1', 'b.csv']);
    assert.deepEqual([from, durationMs, scenarios[0]?.routers], [startsAt, 31, 2]);
    assert.deepEqual(recorded, [
      { task: 'digits', objective: strict, times: [startsAt], onTime: 0, latencies: [] },
      {
        ...{ task: 'digits', objective: loose, onTime: 3, latencies: [10, 10, 10, 600] },
        times: [5, 10, 20, 30].map((at) => startsAt + at),
      },
    ]);
    const streams = scenarios[0]?.streams ?? [];
    assert.deepEqual(
      streams.map(({ arrivals }) => [...arrivals(createSeededRng(1))]),
      [[0], [5, 10, 20, 30]],
    );
  });

  it('leaves out errors of clients and unknown tasks, and counts what it changes', async () => {
    await folder.put({
      'a.csv': log(
        line(0),
        line(1, { target: '', task: '', outcome: 'not-found' }),
        line(2, { outcome: 'invalid-argument' }),
        line(3, { target: 'a:original' }),
        line(4, { items: 3 }),
        line(5, { task: 'gone', target: 'gone' }),
        '#lost 4',
      ),
    });
    const { recorded, gaps } = await read(['a.csv']);
    assert.equal(recorded[0]?.times.length, 3);
    assert.deepEqual(gaps, { invalid: 2, named: 1, batched: 1, cut: 0, lost: 4, unknown: 1 });
  });

  it('tolerates lines that were cut by the end of a process', async () => {
    await folder.put({ 'a.csv': `${log(line(0))}${line(1).slice(0, 30)}\n${log(line(2))}${line(3).slice(0, 20)}` });
    const { recorded, gaps } = await read(['a.csv']);
    assert.deepEqual([recorded[0]?.times.length, gaps.cut], [2, 2]);
  });

  it('names the file and the line of what is not in an arrival log', async () => {
    await folder.put({ 'a.csv': log(line(0), 'abc', line(1)), 'b.csv': 'at,target\n', 'c.csv': log() });
    await assert.rejects(read(['a.csv']), /a\.csv:3: expected the line of a query, received "abc"/);
    await assert.rejects(read(['b.csv']), /b\.csv:1: expected the first line of an arrival log/);
    await assert.rejects(read(['c.csv']), /c\.csv has no query that can be replayed: .* digits/);
    await assert.rejects(read(['d.csv']), /the log .*d\.csv cannot be read: ENOENT/);
  });

  it('simulates the cluster as it is, and with changes', async () => {
    await folder.put({
      'a.csv': log(
        ...Array.from({ length: 400 }, (_, index) => line(index * 10, index % 4 === 0 ? { objective: strict } : {})),
      ),
      'prices.yaml': 'prices: { cpu: 0.3 }\nparams: { cluster: { wayMs: 2 } }\n',
      'better.yaml': `
fleet: { classes: { fast: { usdPerSlotHour: 0.1 } }, workers: [{ class: fast, count: 1, slots: 4, memoryMib: 1024 }] }
registry:
  variants:
    - { name: c, task: digits, accuracy: 0.995, profiles: [{ class: fast, memoryMib: 9, load: 50ms, points: [{ batch: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1 }] }] }
`,
    });
    const { scenarios } = await read(['a.csv'], 'prices.yaml', 'better.yaml');
    assert.deepEqual(
      scenarios.map(({ name }) => name),
      ['unchanged', 'prices.yaml', 'better.yaml'],
    );
    const results = [];
    for (const scenario of scenarios) results.push(await simulate(scenario, policyNamed('pareto'), 1));
    const [unchanged, expensive, better] = results.map(({ totals }) => totals);
    assert.ok(unchanged && expensive && better);
    assert.deepEqual([unchanged.asked, unchanged.onTime, expensive.onTime, better.onTime], [400, 300, 300, 400]);
    assert.ok(Math.abs(expensive.usd / unchanged.usd - 3) < 0.01, 'three times the price');
    assert.ok(expensive.latency.p50Ms > unchanged.latency.p50Ms + 3, 'slower messages');
  });

  it('starts with the ready replicas of the cluster, unless its fleet or registry is changed', async () => {
    await folder.put({
      'a.csv': log(line(0), line(2_000)),
      'prices.yaml': 'prices: { cpu: 0.3 }\n',
      'fleet.yaml':
        'fleet: { classes: { cpu: { usdPerSlotHour: 1 } }, workers: [{ class: cpu, count: 1, slots: 4, memoryMib: 99 }] }\n',
    });
    const [worker] = listings.workers.workers;
    const replicas = [1, 2, 3].map(() => ({ variant: 'a:original', state: 'READY' }));
    const { scenarios } = await readReplay(
      [folder.file('a.csv')],
      { ...listings, workers: { workers: [{ ...worker, replicas }] } },
      [folder.file('prices.yaml'), folder.file('fleet.yaml')],
    );
    assert.deepEqual(
      scenarios.map((scenario) => scenario.replicas?.length),
      [3, 3, 0],
    );
    const startsWith = [];
    for (const scenario of scenarios) {
      const { series } = await simulate(scenario, policyNamed('pareto'), 1);
      startsWith.push(series.variants.reduce((sum, { replicas: counts }) => sum + (counts[0] ?? 0), 0));
    }
    const [unchanged, prices, fleet] = startsWith;
    assert.deepEqual([unchanged, prices], [3, 3]);
    assert.ok(fleet !== undefined && fleet < 3, `${fleet} replicas`);
  });

  it('rejects changes that do not fit the cluster or the log', async () => {
    await folder.put({
      'a.csv': log(line(0), line(1_000)),
      'price.yaml': 'routers: 2\nprices: { gpu: 1 }\n',
      'key.yaml': 'traffic: []\n',
      'fault.yaml': 'faults: [{ kind: worker-fails, at: 5s, worker: w0 }]\n',
      'fleet.yaml':
        'fleet: { classes: { tpu: { usdPerSlotHour: 1 } }, workers: [{ class: tpu, count: 1, slots: 1, memoryMib: 9 }] }\n',
      'other.yaml':
        'registry: { variants: [{ name: b, task: text, accuracy: 1, profiles: [{ class: cpu, memoryMib: 9, load: 1s, points: [{ batch: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1 }] }] }] }\n',
    });
    await assert.rejects(read(['a.csv'], 'price.yaml'), /price\.yaml:2: prices\.gpu: expected a class of the fleet/);
    await assert.rejects(read(['a.csv'], 'key.yaml'), /key\.yaml:1: traffic is unknown/);
    await assert.rejects(read(['a.csv'], 'fault.yaml'), /fault\.yaml:1: faults\[0\]\.at: expected a time up to/);
    await assert.rejects(read(['a.csv'], 'fleet.yaml'), /no variant that is measured on a class of the fleet \(tpu\)/);
    await assert.rejects(read(['a.csv'], 'other.yaml'), /other\.yaml: the fleet can run no variant of the task digits/);
  });
});
