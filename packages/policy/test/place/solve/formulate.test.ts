import assert from 'node:assert/strict';
import { milliseconds, type Program } from '@pareto/core';
import { buildHardwareClass } from '@pareto/testkit';
import { listHostKinds } from '../../../src/place/context/host-kinds.js';
import { createContext } from '../../../src/place/context/context.js';
import { formulate, type Formulated } from '../../../src/place/solve/formulate.js';
import { solutionOf } from '../../../src/place/solve/round-solution.js';
import { slotSeconds } from '../../../src/place/solve/slot-seconds.js';
import { defaultSolveParams } from '../../../src/place/solve/solve-params.js';
import { defaultPlacementParams, type Demand, type PlacementVariant } from '../../../src/snapshot/snapshot.js';
import { alsoOn, cpu, replica, snapshot, variant, worker, type SnapshotFields } from '../../support/fixture.js';

const fast = buildHardwareClass({ device: 'fast', instructionSet: 'avx2' });
const small = variant('a:int8', { p50Ms: 10, accuracy: 0.8, memoryMib: 100 });
const big = variant('b:original', { p50Ms: 40, accuracy: 0.9, memoryMib: 300 });
const prices = { [cpu.id]: 0.1, [fast.id]: 1 };
const params = { ...defaultSolveParams, reserve: 0 };
const placement = { ...defaultPlacementParams, releasesHosts: true };

const demandFor = (
  latencyMs: number,
  itemsPerSecond: number,
  first: PlacementVariant,
  ...others: readonly PlacementVariant[]
): Demand => ({
  variants: [first.variant.id, ...others.map(({ variant: { id } }) => id)],
  ...{ latencyMs: milliseconds(latencyMs), itemsPerSecond },
});

const formulated = (fields: SnapshotFields, of = placement): Formulated =>
  formulate(createContext(snapshot({ variants: [small, big], prices, ...fields }), of), params) ??
  assert.fail('the fleet is small');

/** Returns the cost of values, and the rows that they violate. */
function check({ columns, rows }: Program, values: readonly number[]): { cost: number; violated: number } {
  const sum = (indices: readonly number[], factors: readonly number[]): number =>
    indices.reduce((total, column, at) => total + (values[column] ?? 0) * (factors[at] ?? 0), 0);
  const violated = rows.filter(({ lower = -Infinity, upper = Infinity, columns: own, coefficients }) => {
    const value = sum(own, coefficients);
    return value < lower - 1e-9 || value > upper + 1e-9;
  });
  return {
    cost: columns.reduce((total, { cost }, at) => total + cost * (values[at] ?? 0), 0),
    violated: violated.length,
  };
}

/** Returns the values of a program in which so many workers, replicas and items are planned, and the loads that follow. */
function valuesFor(
  { program, used, places }: Formulated,
  workers: readonly number[],
  planned: ReadonlyMap<string, { readonly replicas: number; readonly items: number }>,
): readonly number[] {
  const values = program.columns.map(() => 0);
  for (const [kind, column] of used.entries()) values[column] = workers[kind] ?? 0;
  for (const { variant: id, hardwareClass, replicas, loads, items } of places) {
    const own = planned.get(`${id} ${hardwareClass}`);
    if (own === undefined) continue;
    values[replicas] = own.replicas;
    if (loads !== undefined) values[loads] = own.replicas;
    const [first] = items;
    if (first !== undefined) values[first.column] = own.items;
  }
  return values;
}

describe('the program of the targets', () => {
  const demand = [demandFor(1_000, 100, small)];
  const workers = [
    worker('w', 1_000, { slots: 2 }),
    worker('x', 1_000, { slots: 2 }),
    worker('y', 1_000, { slots: 2, classes: [fast] }),
  ];
  const onCpu = new Map([
    [`a:int8 ${cpu.id}`, { replicas: 2, items: 100 }],
    [`b:original ${cpu.id}`, { replicas: 1, items: 0 }],
  ]);

  it('costs whole workers and loads, and is met by replicas that have the slots and the memory', () => {
    const program = formulated({ demand, workers });
    assert.deepEqual(
      program.kinds.map(({ usdPerHour, workers: own }) => [usdPerHour, own]),
      [
        [0.2, ['w', 'x']],
        [2, ['y']],
      ],
    );
    const { cost, violated } = check(program.program, valuesFor(program, [2, 0], onCpu));
    assert.equal(violated, 0);
    const loadMs = 1;
    assert.ok(cost > 0.4 && cost < 0.4 + 3 * loadMs, 'two workers for 0.2 an hour each, and three loads');
  });

  it('rejects less than the demand, replicas without a worker, too much of a slot, and a single worker', () => {
    const program = formulated({ demand, workers });
    const violatedBy = (used: readonly number[], replicas: number, items: number): number =>
      check(program.program, valuesFor(program, used, new Map([...onCpu, [`a:int8 ${cpu.id}`, { replicas, items }]])))
        .violated;
    assert.equal(violatedBy([2, 0], 2, 100), 0);
    assert.equal(violatedBy([2, 0], 2, 90), 1, '10 of the items have no replica');
    assert.equal(violatedBy([2, 0], 1, 100), 1, 'a replica takes at most .7 of a slot');
    assert.equal(violatedBy([0, 0], 2, 100), 3, 'no slots, no memory, and fewer than two workers');
    assert.equal(violatedBy([1, 0], 2, 100), 1, 'the loss of a worker would leave nothing');
  });

  it('starts from the workers and replicas of the last solution, as far as the fleet has them', () => {
    const first = formulated({ demand, workers });
    assert.equal(first.start, undefined);
    const values = valuesFor(first, [2, 0], onCpu);
    const solution = solutionOf(first, { status: 'optimal', values, objective: 0.4, bound: 0.4 });
    const more = formulated({ demand: [demandFor(1_000, 130, small)], workers, solution });
    const integers = (of: Formulated, all: readonly number[] = []): readonly (number | undefined)[] => [
      ...of.used.map((column) => all[column]),
      ...of.places.map(({ replicas }) => all[replicas]),
    ];
    assert.deepEqual(integers(more, more.start), integers(first, values));
    const fewer = formulated({ demand, workers: workers.slice(1), solution });
    assert.deepEqual(
      fewer.used.map((column) => fewer.start?.[column]),
      [1, 0],
    );
  });

  it('has parts of replicas beyond a number of them', () => {
    const context = createContext(snapshot({ variants: [small, big], prices, demand, workers }), placement);
    const relaxed = formulate(context, { ...params, maxIntegers: 1 }) ?? assert.fail('the fleet is small');
    assert.equal(relaxed.isRelaxed, true);
    assert.deepEqual(
      relaxed.program.columns.flatMap(({ isInteger }, column) => (isInteger === true ? [column] : [])),
      relaxed.used,
    );
    const parts = new Map([
      [`a:int8 ${cpu.id}`, { replicas: 100 / 70, items: 100 }],
      [`b:original ${cpu.id}`, { replicas: 1, items: 0 }],
    ]);
    const outcome = { status: 'optimal', values: valuesFor(relaxed, [2, 0], parts), objective: 0.4, bound: 0.4 };
    assert.deepEqual(
      solutionOf(relaxed, outcome)?.shares.map(({ variant: id, items }) => [id, items.size]),
      [
        ['a:int8', 1],
        ['b:original', 0],
      ],
    );
  });

  it('is not stated beyond a number of columns', () => {
    const context = createContext(snapshot({ variants: [small, big], prices, demand, workers }), placement);
    assert.equal(formulate(context, { ...params, maxColumns: 3 }), undefined);
  });

  it('counts the replicas that exist as loaded', () => {
    const program = formulated({ demand, workers, replicas: [replica('r', 'a:int8', 'w')] });
    const place = program.places.find(({ variant: id }) => id === 'a:int8');
    const row = program.program.rows.find(({ columns }) => columns[0] === place?.replicas && columns.length === 2);
    assert.equal(row?.upper, 1);
  });

  it('has no place where a variant has no profile, no memory or no time', () => {
    const places = (fields: SnapshotFields): readonly string[] =>
      formulated(fields).places.map(
        ({ variant: id, hardwareClass, items }) => `${id} ${hardwareClass} ${items.length}`,
      );
    assert.deepEqual(places({ demand, workers }), [`a:int8 ${cpu.id} 1`, `b:original ${cpu.id} 0`]);
    const both = [alsoOn(small, fast, 0.1), big];
    assert.ok(places({ variants: both, demand, workers }).includes(`a:int8 ${fast.id} 1`));
    const tight = [demandFor(9, 100, small)];
    assert.deepEqual(
      places({ variants: both, demand: tight, workers }).filter((text) => text.endsWith('1')),
      [`a:int8 ${fast.id} 1`],
    );
    const tiny = [worker('w', 200, { slots: 2 })];
    assert.deepEqual(places({ demand, workers: tiny }), [`a:int8 ${cpu.id} 1`]);
  });

  it('prices lost accuracy for clients without an objective, far below an item without an answer', () => {
    const costsOf = (prefersAccuracy: boolean): readonly number[] => {
      const { places, program } = formulated({
        demand: [{ ...demandFor(1_000, 10, big, small), prefersAccuracy }],
        workers,
      });
      return ['b:original', 'a:int8'].map((id) => {
        const column = places.find((one) => one.variant === id)?.items[0]?.column ?? -1;
        return program.columns[column]?.cost ?? NaN;
      });
    };
    assert.deepEqual(costsOf(false), [0, 0]);
    const [best = NaN, worse = NaN] = costsOf(true);
    const [miss] = formulated({ demand, workers })
      .program.columns.map(({ cost }) => cost)
      .toSorted((a, b) => b - a);
    assert.equal(best, 0);
    assert.ok(worse > 0 && worse < (miss ?? 0) / 10);
  });

  it('is priced by slot time where workers cost the same without replicas', () => {
    const { program, used, places } = formulated({ demand, workers }, defaultPlacementParams);
    assert.deepEqual(
      used.map((column) => program.columns[column]?.cost),
      [0, 0],
    );
    const own = places[0]?.items[0];
    assert.ok(Math.abs((program.columns[own?.column ?? -1]?.cost ?? 0) - 0.1 * (own?.secondsPerItem ?? 0)) < 1e-9);
  });
});

describe('listHostKinds', () => {
  const kindsOf = (memories: readonly number[]): readonly number[] =>
    listHostKinds(
      memories.map((memory, index) => worker(`w${index}`, memory)),
      prices,
    ).map(({ memoryBytes }) => memoryBytes / 2 ** 20);

  it('rounds memory to small steps, and to octaves in a fleet of more than 32 kinds', () => {
    assert.deepEqual(kindsOf([1_100, 1_500, 1_530]), [1_024, 1_280]);
    const many = Array.from({ length: 33 }, (_, index) => 1_024 + 256 * index);
    assert.deepEqual(kindsOf(many.slice(1)), many.slice(1));
    assert.deepEqual(kindsOf(many), [1_024, 2_048, 4_096, 8_192]);
  });
});

describe('solutionOf', () => {
  const demand = [demandFor(1_000, 100, small)];
  const program = formulated({ demand, workers: [worker('w', 1_000, { slots: 4 })] });
  const planned = new Map([
    [`a:int8 ${cpu.id}`, { replicas: 2, items: 100 }],
    [`b:original ${cpu.id}`, { replicas: 1, items: 0 }],
  ]);

  it('gives the variants, what they answer, and the workers of each kind', () => {
    const values = valuesFor(program, [1], planned);
    const outcome = { status: 'optimal', values, objective: 0.4, bound: 0.39 };
    const solution =
      solutionOf({ ...program, at: milliseconds(5), planId: 'p5' }, outcome) ?? assert.fail('the outcome has values');
    const [share] = solution.shares;
    assert.deepEqual(
      solution.shares.map(({ variant: id, items }) => [id, items.size]),
      [
        ['a:int8', 1],
        ['b:original', 0],
      ],
    );
    assert.deepEqual(
      Array.from(share?.items.values() ?? [], ({ perSecond }) => perSecond),
      [100],
    );
    assert.deepEqual([...solution.hosts.values(), ...solution.rates.values()], [1, 100]);
    assert.deepEqual([solution.at, solution.planId, solution.objective, solution.bound], [5, 'p5', 0.4, 0.39]);
    assert.deepEqual([solution.source, solution.usdPerHour], ['solved', 0.4]);
  });

  it('takes the best values of a program that was stopped, if it has a bound', () => {
    const values = valuesFor(program, [1], planned);
    const incumbent = { values, objective: 0.4 };
    assert.equal(solutionOf(program, { status: 'out-of-time', incumbent, bound: 0.2 })?.bound, 0.2);
    for (const bound of [undefined, NaN, -Infinity])
      assert.equal(solutionOf(program, { status: 'out-of-time', incumbent, bound }), undefined);
  });

  it('gives nothing without values, or with values that violate the program', () => {
    assert.equal(solutionOf(program, { status: 'infeasible' }), undefined);
    assert.equal(solutionOf(program, { status: 'out-of-memory' }), undefined);
    const values = valuesFor(program, [1], planned);
    const [used = 0] = program.used;
    const violating = [
      { values: values.map(() => NaN), objective: NaN },
      { values: values.map(() => NaN), objective: 0.4 },
      { values: values.map(() => Infinity), objective: 0.4 },
      { values: values.map(() => 0), objective: 0 },
      { values: values.with(used, 0.5), objective: 0.2 },
      { values: values.with(used, 9), objective: 3.6 },
      { values: values.slice(1), objective: 0.4 },
    ];
    for (const outcome of violating)
      assert.equal(solutionOf(program, { status: 'optimal', ...outcome, bound: 0.1 }), undefined);
  });
});

describe('slotSeconds', () => {
  const [result] = small.measurements.map((one) => one.result);
  const profile = result?.kind === 'measured' ? result.profile : assert.fail('the variant is measured');
  const secondsWithin = (latencyMs: number, slots = 8): number | undefined =>
    slotSeconds({ profile, slowdown: 1, latencyMs: milliseconds(latencyMs), slots, params: defaultPlacementParams });

  it('is the profiled time where queries have time to wait, and more where they have little', () => {
    assert.equal(secondsWithin(1_000), 0.01);
    const [loose = NaN, tight = NaN] = [secondsWithin(60), secondsWithin(12)];
    assert.ok(loose >= 0.01 && tight > 1.5 * loose);
    assert.ok((secondsWithin(12, 1) ?? NaN) > 3 * tight, 'a single slot is busy more often than all of eight');
  });

  it('is undefined where a single item takes too long', () => assert.equal(secondsWithin(9), undefined));
});
