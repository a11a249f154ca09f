import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createSeededRng } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { readScenarioFile } from '../../src/scenario-file/read-scenario-file.js';

const variant = (name: string, hardwareClass: string): object => ({
  ...{ name, version: 1, architecture: name, task: 'digits', quarantineReason: '', denied: '' },
  measurements: [
    {
      hardwareClass,
      profile: { points: [{ batch: 1, p50Ms: 1, p95Ms: 2, p99Ms: 3 }], loadMs: 500, memoryBytes: 2 ** 20 },
      accuracy: { value: 0.9 },
    },
  ],
});
const worker = {
  ...{ departed: false, memoryBytes: 2 ** 30, usdPerHour: 0.4 },
  slotGroups: [{ hardwareClass: { id: 'cpu' }, slots: 4, deviceMemoryBytes: 0 }],
};

const written =
  '{ classes: { cpu: { usdPerSlotHour: 0.2 } }, workers: [{ class: cpu, count: 9, slots: 1, memoryMib: 9 }] }';
const streams = '[{ task: digits, arrivals: { process: constant, rate: 1 } }]';

describe('registries and fleets that a scenario file names', () => {
  let folder: TempFolder;
  before(async () => {
    folder = await createTempFolder();
    const files = {
      'variants.json': { variants: [variant('a:original', 'cpu'), variant('b:original', 'gpu')] },
      'tasks.json': { tasks: [{ name: 'digits', defaultObjective: { latencyMs: 70 } }] },
      'workers.json': { workers: [worker, worker] },
    };
    for (const [name, content] of Object.entries(files)) await writeFile(folder.file(name), JSON.stringify(content));
  });
  after(() => folder[Symbol.asyncDispose]());

  async function read(registry: string, fleet: string, traffic = streams): ReturnType<typeof readScenarioFile> {
    const text = `duration: 10s\nregistry: ${registry}\nfleet: ${fleet}\ntraffic: ${traffic}\n`;
    await writeFile(folder.file('a.yaml'), text);
    return readScenarioFile(folder.file('a.yaml'));
  }

  it('are those that a cluster lists, without variants on other classes', async () => {
    const files = '{ variants: variants.json, tasks: tasks.json }';
    const { registry, fleet } = (await read(files, '{ workers: workers.json }')).scenario;
    assert.deepEqual(registry.tasks, [{ name: 'digits', defaultLatencyMs: 70 }]);
    assert.deepEqual(
      registry.variants.map(({ name }) => name),
      ['a:original'],
    );
    assert.deepEqual(fleet, {
      classes: [{ name: 'cpu', usdPerSlotHour: 0.1 }],
      workers: [{ hardwareClass: 'cpu', count: 2, slots: 4, memoryMib: 1024 }],
    });
  });

  it('may be combined with a written fleet, and without tasks', async () => {
    const { registry, fleet } = (await read('{ variants: variants.json }', written)).scenario;
    assert.deepEqual(registry.tasks, [{ name: 'digits' }]);
    assert.equal(fleet.workers[0]?.count, 9);
  });

  it('are those of the standard scenario, with its traffic', async () => {
    const { scenario, digest } = await read('standard', 'standard', '{ standard: daily-bursts, window: 2, rate: 40 }');
    const { registry, fleet, streams: all } = scenario;
    assert.deepEqual([registry.tasks.length, all.length, fleet.classes.length], [10, 90, 4]);
    const counts = all.map(({ arrivals }) => [...arrivals(createSeededRng(1))].length);
    assert.ok(counts.reduce((sum, count) => sum + count, 0) > 1_000);
    const other = await read('standard', 'standard', '{ standard: daily-bursts, window: 3, rate: 40 }');
    assert.notEqual(other.digest, digest);
  });

  const invalid: readonly (readonly [registry: string, fleet: string, traffic: string, message: RegExp])[] = [
    ['none', written, streams, /^.*a\.yaml:2: registry: expected keys or the text standard, received "none"$/],
    [
      '{ variants: none.json }',
      written,
      streams,
      /none\.json cannot be read: ENOENT.*; expected the output of 'pareto get variants -o json'$/,
    ],
    [
      '{ variants: a.yaml }',
      written,
      streams,
      /a\.yaml cannot be read: .*JSON.*; expected the output of 'pareto get variants -o json'$/,
    ],
    ['{ variants: workers.json }', written, streams, /this is not the output of 'pareto get variants -o json'/],
    [
      '{ variants: variants.json, task: x }',
      written,
      streams,
      /a\.yaml:2: registry\.task is unknown: did you mean tasks\?$/,
    ],
    [
      '{ variants: variants.json }',
      written.replaceAll('cpu', 'tpu'),
      streams,
      /variants\.json has no variant that is measured on a class of the fleet \(tpu\); expected one of cpu, gpu$/,
    ],
    [
      '{ variants: variants.json }',
      written,
      streams.replace('digits', 'digit'),
      /traffic\[0\]\.task: expected a task with variants, received "digit"; did you mean digits\?$/,
    ],
    [
      '{ variants: variants.json }',
      written,
      '{ standard: daily-bursts }',
      /a\.yaml:4: traffic: expected a list of streams: only the registry standard has its traffic$/,
    ],
    [
      'standard',
      'standard',
      '{ standard: daily }',
      /a\.yaml:4: traffic\.standard: expected twitter, .* or tenant-bursts, received "daily"$/,
    ],
    [
      'standard',
      'standard',
      '{ standard: daily-bursts, window: 13 }',
      /traffic\.window: expected a whole number from 1 to 12, received 13; for example window: 3$/,
    ],
    [
      'standard',
      'standard',
      '{ standard: twitter }',
      /the trace twitter is recorded: pass --data with the folder of twitter_.*\.csv, or use daily-bursts or tenant-bursts$/,
    ],
  ];
  for (const [registry, fleet, traffic, message] of invalid)
    it(`reject a file with ${String(message)}`, () =>
      assert.rejects(read(registry, fleet, traffic), { message, code: 'invalid-argument' }));
});
