import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createSeededRng } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import type { QueryStream } from '@pareto/workload';
import { readScenarioFile } from '../../src/scenario-file/read-scenario-file.js';

const timesOf = (stream: QueryStream | undefined, seed = 1): readonly number[] => [
  ...(stream?.arrivals(createSeededRng(seed)) ?? []),
];

describe('readScenarioFile', () => {
  let folder: TempFolder;
  beforeEach(async () => (folder = await createTempFolder()));
  afterEach(() => folder[Symbol.asyncDispose]());

  const base = (arrivals: string): string => `
duration: 10s
fleet: { classes: { cpu: { usdPerSlotHour: 1 } }, workers: [{ class: cpu, count: 1, slots: 1, memoryMib: 9 }] }
registry:
  variants:
    - { name: a, task: t, accuracy: 1, profiles: [{ class: cpu, memoryMib: 1, load: 0, points: [{ batch: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1 }] }] }
traffic: [{ task: t, arrivals: { ${arrivals} }, objectives: [{ weight: 3, latencyMs: 5 }, { latencyMs: 9 }] }]
`;
  async function read(arrivals: string, more = ''): ReturnType<typeof readScenarioFile> {
    await writeFile(folder.file('a.yaml'), base(arrivals) + more);
    return readScenarioFile(folder.file('a.yaml'), { data: folder.file('data') });
  }

  it('divides the arrivals among the objectives by weight', async () => {
    const { scenario } = await read('process: constant, rate: 100');
    const { name, durationMs, routers, faults, streams } = scenario;
    assert.deepEqual({ name, durationMs, routers, faults }, { name: 'a', durationMs: 10_000, routers: 1, faults: [] });
    assert.deepEqual(
      streams.map((stream) => [stream.task, stream.objective, timesOf(stream).length]),
      [
        ['t', { latencyMs: 5 }, 750],
        ['t', { latencyMs: 9 }, 250],
      ],
    );
  });

  it('returns the same arrivals for the same random numbers, and no two streams share them', async () => {
    const { streams } = (await read('process: poisson, rate: 100')).scenario;
    assert.deepEqual(timesOf(streams[0]), timesOf(streams[0]));
    assert.notDeepEqual(timesOf(streams[0]), timesOf(streams[0], 2));
  });

  it('draws arrivals of a long duration when they are needed', async () => {
    const { streams } = (
      await read('process: gamma, rate: 10000000', '').then(() => readScenarioFile(folder.file('a.yaml'), { days: 31 }))
    ).scenario;
    const [first = NaN] = streams[0]?.arrivals(createSeededRng(1)) ?? [];
    assert.ok(first >= 0 && first < 1_000);
  });

  it('replays the part of a trace, next to the scenario or in the folder of the data', async () => {
    const rows = Array.from({ length: 100 }, (_, second) => `${second},${second < 50 ? 10 : 100}`);
    await mkdir(folder.file('data'));
    await writeFile(folder.file('data/day.csv'), ['t_s,requests', ...rows].join('\n'));
    const counts = async (arrivals: string): Promise<number> => {
      const { streams } = (await read(`process: trace, file: day.csv, ${arrivals}`)).scenario;
      const times = streams.flatMap((stream) => timesOf(stream));
      assert.ok(times.every((ms) => ms >= 0 && ms < 10_000));
      return times.length;
    };
    const near = (count: number, expected: number): void =>
      assert.ok(Math.abs(count - expected) < 6 * Math.sqrt(expected), `${count}, expected ${expected}`);
    near(await counts('from: 0'), 100);
    near(await counts('from: 45'), 550);
    near(await counts('from: 60, to: 65, scale: 2'), 1_000);
    near(await counts('rate: 110'), 200);
    await writeFile(folder.file('day.csv'), ['t_s,requests', '0,7', '1,7'].join('\n'));
    near(await counts('from: 0'), 14);
  });

  it('rejects traces that are missing, empty or invalid', async () => {
    await assert.rejects(read('process: trace, file: none.csv'), {
      ...{ code: 'invalid-argument', message: /^the trace none\.csv cannot be read: ENOENT/ },
    });
    await writeFile(folder.file('day.csv'), 't_s,requests\n0,1\n1,x\n');
    await assert.rejects(read('process: trace, file: day.csv'), /day\.csv, line 3/);
    await writeFile(folder.file('day.csv'), 't_s,requests\n0,1\n1,0\n2,0\n');
    await assert.rejects(read('process: trace, file: day.csv, from: 1'), /day\.csv has no arrivals in the part/);
  });

  it('has a digest that changes with the scenario and its traces, and not with comments, policies and seeds', async () => {
    await writeFile(folder.file('day.csv'), 't_s,requests\n0,1\n1,1\n');
    const { digest } = await read('process: trace, file: day.csv');
    assert.equal(
      (await read('process: trace, file: day.csv', '# comment\nseeds: [1, 2]\npolicies: [b]')).digest,
      digest,
    );
    assert.notEqual((await read('process: trace, file: day.csv', 'routers: 2')).digest, digest);
    await read('process: trace, file: day.csv');
    assert.notEqual((await readScenarioFile(folder.file('a.yaml'), { days: 1 })).digest, digest);
    await writeFile(folder.file('day.csv'), 't_s,requests\n0,1\n1,2\n');
    assert.notEqual((await read('process: trace, file: day.csv')).digest, digest);
  });

  it('reads the policies and seeds to compare', async () => {
    const { policies, seeds } = await read('process: constant, rate: 1', 'policies: [pareto, b]\nseeds: [7, 3]');
    assert.deepEqual(
      [policies, seeds],
      [
        ['pareto', 'b'],
        [7, 3],
      ],
    );
  });
});
