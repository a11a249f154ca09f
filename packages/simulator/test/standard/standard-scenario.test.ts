import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSeededRng, percentile } from '@pareto/core';
import { createStandardStreams, generateTracePart } from '@pareto/workload';
import { createStandardScenario, readStandardFiles, type StandardScenario } from '../../src/index.js';
import { readTables } from '../support/data-folder.js';
import { planCheapest, type HostPlan, type Mix } from './cheapest-plan.js';

/** Objectives of a task's queries, with their shares. */
const mixOf = ({ p99Ms, accuracies }: StandardScenario['tasks'][number]): readonly Mix[] =>
  [
    { multiple: 3, share: 0.3 },
    { multiple: 6, share: 0.5 },
    { multiple: 15, share: 0.2 },
  ].flatMap((latency) =>
    [
      { minAccuracy: 0, share: 0.4 },
      { minAccuracy: percentile(accuracies, 0.5), share: 0.4 },
      { minAccuracy: percentile(accuracies, 0.9), share: 0.2 },
    ].map(({ minAccuracy, share }) => ({
      ...{ latencyMs: latency.multiple * p99Ms, minAccuracy, share: latency.share * share },
    })),
  );

/** Plans for a mean rate of all tasks, with a weight of each. */
function planFor(scenario: StandardScenario, ratePerSecond: number, weightOf: (index: number) => number): HostPlan {
  const sum = scenario.tasks.reduce((total, _, index) => total + weightOf(index), 0);
  const queries = scenario.tasks.flatMap((task, index) =>
    mixOf(task).map((mix) => ({ ...mix, task: task.name, ratePerSecond: (ratePerSecond * weightOf(index)) / sum })),
  );
  return planCheapest(scenario, queries) ?? assert.fail('a query has no variant that meets its objective');
}

const slotsOf = ({ slots }: HostPlan): number => [...slots.values()].reduce((sum, each) => sum + each, 0);

/** Mean rate, and its highest multiple in a minute of the traces for tuning: that of Azure's functions. */
const [meanRate, peak] = [400, 7.9];

/** Returns the multiple of the mean rate for which the pools of some classes suffice, without the other classes. */
function capacityOf(scenario: StandardScenario, names: readonly string[], weightOf: (index: number) => number): number {
  const { classes, workers } = scenario.fleet;
  const fleet = { workers, classes: classes.filter(({ name }) => names.includes(name)) };
  const { slots } = planFor({ ...scenario, fleet }, meanRate, weightOf);
  const pools = workers.map((pool) => (pool.count * pool.slots) / (slots.get(pool.hardwareClass) ?? 0));
  return Math.min(...pools);
}

const sources: readonly {
  readonly name: string;
  readonly create: (test: Mocha.Context) => Promise<StandardScenario>;
  /** Start of the digest of the scenario as JSON. Figures of different scenarios cannot be compared. */
  readonly digest: string;
}[] = [
  {
    name: 'the tables',
    create: async (test) => createStandardScenario(await readTables(test)),
    digest: '7d1644ae9377380e',
  },
  { name: 'the stand-in', create: () => Promise.resolve(createStandardScenario()), digest: '21f2d30e02ed3602' },
];

for (const { name, create, digest } of sources) {
  describe(`the standard scenario from ${name}`, () => {
    let scenario: StandardScenario;
    before(async function () {
      scenario = await create(this);
    });

    it('has ten tasks with several variants, on all four classes', () => {
      assert.equal(scenario.tasks.length, 10);
      const classes = scenario.fleet.classes.map((one) => one.name);
      assert.deepEqual(classes, ['t4', 'v100', 'a100', 'cpu']);
      for (const task of scenario.tasks) {
        const own = scenario.registry.variants.filter((variant) => variant.task === task.name);
        assert.ok(own.length >= 3, task.name);
        assert.deepEqual(
          own.map(({ accuracy }) => accuracy),
          task.accuracies,
        );
        for (const { profiles } of own)
          assert.deepEqual(
            profiles.map(({ hardwareClass }) => hardwareClass),
            classes,
          );
      }
    });

    it('has the prices of EC2', () => {
      const prices = scenario.fleet.classes.map((one) => one.usdPerSlotHour);
      assert.deepEqual(prices, [0.526, 3.06, 21.957642 / 8, 0.41056 / 8]);
      assert.deepEqual(
        scenario.fleet.workers.map(({ slots, count }) => [slots, count]),
        [
          [1, 64],
          [1, 8],
          [8, 2],
          [8, 16],
        ],
      );
    });

    it('has well-formed profiles that are marked as modelled', () => {
      const names = scenario.registry.variants.map((one) => one.name);
      assert.equal(new Set(names).size, names.length);
      for (const { name: variant, accuracy, profiles } of scenario.registry.variants) {
        assert.ok(accuracy > 0 && accuracy < 1, variant);
        for (const { points, modelled, source, hardwareClass, memoryMib, loadMs } of profiles) {
          assert.ok(modelled && source !== '' && memoryMib > 0 && loadMs > 0, variant);
          const workers = scenario.fleet.workers.find((one) => one.hardwareClass === hardwareClass);
          assert.ok(memoryMib <= (workers?.memoryMib ?? 0) / 2, variant);
          points.forEach(({ batch, p50Ms, p95Ms, p99Ms }, index) => {
            assert.equal(batch, 2 ** index);
            assert.ok(p50Ms > (points[index - 1]?.p50Ms ?? 0) && p95Ms >= p50Ms && p99Ms >= p95Ms, variant);
          });
        }
      }
    });

    it('has variants of which none is dominated on all classes', () => {
      for (const { name: task } of scenario.tasks) {
        const own = scenario.registry.variants.filter((variant) => variant.task === task);
        for (const one of own) {
          const isOnFront = one.profiles.some(({ hardwareClass, points }) =>
            own.every(
              ({ accuracy, profiles }) =>
                accuracy <= one.accuracy ||
                (profiles.find((profile) => profile.hardwareClass === hardwareClass)?.points[0]?.p50Ms ?? Infinity) >
                  (points[0]?.p50Ms ?? 0),
            ),
          );
          assert.ok(isOnFront, one.name);
        }
      }
    });

    it('has a task default of six times the p99 of the cheapest variant', () => {
      for (const [index, { name: task, defaultLatencyMs }] of scenario.registry.tasks.entries()) {
        assert.equal(task, scenario.tasks[index]?.name);
        assert.equal(defaultLatencyMs, 6 * (scenario.tasks[index]?.p99Ms ?? 0));
      }
    });

    it('has the objectives and shares of the streams of queries', () => {
      const part = generateTracePart('daily-bursts', 'tuning');
      const streams = createStandardStreams(part, scenario.tasks);
      const mixes = scenario.tasks.flatMap((task) => mixOf(task).map((mix) => ({ task: task.name, ...mix })));
      assert.deepEqual(
        streams.map(({ task, objective }) => [task, objective.latencyMs, objective.minAccuracy ?? 0]),
        mixes.map(({ task, latencyMs, minAccuracy }) => [task, latencyMs, minAccuracy]),
      );
      // A query per second, for a day: 29,500 queries of the first task.
      const [first] = scenario.tasks;
      const ofFirst = createStandardStreams(part, scenario.tasks, 1).filter(({ task }) => task === first?.name);
      const counts = ofFirst.map(({ arrivals }, index) => [...arrivals(createSeededRng(index))].length);
      const total = counts.reduce((sum, count) => sum + count, 0);
      for (const [index, { share }] of mixes.slice(0, counts.length).entries())
        assert.ok(
          Math.abs((counts[index] ?? 0) / total - share) < 0.01,
          `${counts[index]} of ${total} are not ${share}`,
        );
    });

    it('has objectives and floors that a variant meets, with shares that add up to 1', () => {
      for (const task of scenario.tasks) {
        const mix = mixOf(task);
        assert.ok(Math.abs(mix.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
        for (const each of mix)
          assert.ok(planCheapest(scenario, [{ ...each, task: task.name, ratePerSecond: 1 }]), task.name);
      }
    });

    it('is work for at least 20 slots by the cheapest plan, and its pools suffice for the peak', () => {
      const weights = [() => 1, (index: number) => 1 / (index + 1)];
      for (const weightOf of weights) {
        const mean = planFor(scenario, meanRate, weightOf);
        assert.ok(slotsOf(mean) >= 20, String(slotsOf(mean)));
        const capacity = capacityOf(scenario, ['t4', 'v100'], weightOf) + capacityOf(scenario, ['a100'], weightOf);
        assert.ok(capacity >= peak, String(capacity));
      }
    });

    it('is the same each time, and on every release of Node', async function () {
      assert.deepEqual(await create(this), scenario);
      const hash = createHash('sha256').update(JSON.stringify(scenario)).digest('hex');
      assert.equal(hash.slice(0, digest.length), digest);
    });
  });
}

describe('the stand-in', () => {
  it('has the prices and sizes of the instance types in the table', async function () {
    const files = await readTables(this);
    assert.deepEqual(createStandardScenario(files).fleet, createStandardScenario().fleet);
  });
});

describe('the tables of the standard scenario', () => {
  it('are rejected if a file is missing', async () => {
    await assert.rejects(
      readStandardFiles('/no/such/folder'),
      /^ParetoError: the table cannot be read: .*no\/such\/folder\/timm_imagenet_variants.csv/,
    );
  });
});
