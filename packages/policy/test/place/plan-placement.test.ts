import assert from 'node:assert/strict';
import { bytes, milliseconds, variantId, type Plan } from '@pareto/core';
import { buildHardwareClass, buildManifest } from '@pareto/testkit';
import fc from 'fast-check';
import { validatePlan } from '../../src/place/validate/validate-plan.js';
import { planReplicas } from '../../src/place/plan-replicas.js';
import {
  defaultPlacementParams,
  type PlacementReplica,
  type PlacementSnapshot,
  type PlacementVariant,
} from '../../src/snapshot/snapshot.js';
import { carryOut } from './carry-out.js';
import {
  alsoOn,
  brief,
  cpu,
  demandOf,
  memoryOn,
  mib,
  replica,
  snapshot,
  task,
  variant,
  worker,
  type SnapshotFields,
  type VariantFields,
} from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const small = variant('small:original', { p50Ms: 1, accuracy: 0.9 });
const middle = variant('middle:original', { p50Ms: 3, accuracy: 0.95 });
const large = variant('large:original', { p50Ms: 9, accuracy: 0.99 });

const cases: readonly (readonly [string, SnapshotFields, readonly string[]])[] = [
  [
    'the cheapest and the most accurate are loaded on different workers',
    { variants: [small, middle, large], workers: [worker('a', 500), worker('b', 500)] },
    ['load small:original on a', 'load large:original on b'],
  ],
  [
    'a variant that is cheapest and most accurate is loaded once',
    { variants: [small], workers: [worker('a', 500)] },
    ['load small:original on a'],
  ],
  ['nothing is loaded if nothing fits', { variants: [small], workers: [worker('a', 50)] }, []],
  [
    'unmeasured variants are measured, one at a time per worker, and one of the task is loaded meanwhile',
    {
      variants: [variant('x:original'), variant('y:original'), variant('z:original')],
      workers: [worker('a', 500), worker('b', 500)],
    },
    ['measure x:original on a', 'measure y:original on b', 'load x:original on a'],
  ],
  [
    'a held model is loaded before it is measured',
    {
      variants: [small, variant('x:original')],
      workers: [worker('a', 200)],
      replicas: [replica('1', 'small:original', 'a')],
      held: [variantId('x:original')],
    },
    ['load x:original on a'],
  ],
  [
    'an idle model that is not measured makes room for a measurement',
    {
      now: milliseconds(10_000),
      tasks: [task('digits'), task('words')],
      variants: [variant('x:original'), variant('y:original', { task: 'words' })],
      workers: [worker('a', 100)],
      replicas: [replica('1', 'x:original', 'a', { memoryBytes: bytes(mib(60)) })],
    },
    ['unload x:original on a'],
  ],
  [
    'a measurement in progress is not ordered again',
    {
      variants: [variant('x:original')],
      workers: [worker('a', 500, { measuring: variantId('x:original') }), worker('b', 500)],
    },
    ['load x:original on b'],
  ],
  [
    'a quarantined variant is unloaded and not placed',
    {
      variants: [small, variant('large:original', { p50Ms: 9, accuracy: 0.99, quarantineReason: 'killed executors' })],
      workers: [worker('a', 500)],
      replicas: [replica('1', 'large:original', 'a'), replica('2', 'small:original', 'a')],
    },
    ['unload large:original on a'],
  ],
  [
    'a held variant is loaded where it fits',
    {
      variants: [small, middle, large],
      workers: [worker('a', 300)],
      replicas: [replica('1', 'small:original', 'a'), replica('2', 'large:original', 'a')],
      held: [variantId('middle:original')],
    },
    ['load middle:original on a'],
  ],
  [
    'a held variant evicts the least recently used replica that is not required',
    {
      variants: [small, middle, large, variant('old:original', { p50Ms: 4 }), variant('new:original', { p50Ms: 4 })],
      workers: [worker('a', 450)],
      replicas: [
        replica('1', 'small:original', 'a'),
        replica('2', 'large:original', 'a'),
        replica('3', 'new:original', 'a', { lastUsedAt: milliseconds(900) }),
        replica('4', 'old:original', 'a', { lastUsedAt: milliseconds(500) }),
      ],
      held: [variantId('middle:original')],
    },
    ['unload old:original on a'],
  ],
  [
    'an unload in progress is waited for, and its room stays reserved',
    {
      variants: [small, middle, large, variant('old:original', { p50Ms: 4 })],
      workers: [worker('a', 300)],
      replicas: [
        replica('1', 'small:original', 'a'),
        replica('2', 'large:original', 'a'),
        replica('3', 'old:original', 'a', { state: 'draining' }),
      ],
      held: [variantId('middle:original')],
    },
    [],
  ],
  [
    'a draining worker is replaced first',
    {
      variants: [small],
      workers: [worker('a', 500, { draining: true }), worker('b', 500)],
      replicas: [replica('1', 'small:original', 'a')],
    },
    ['load small:original on b'],
  ],
  [
    'a draining worker is emptied when its replacement is ready',
    {
      variants: [small],
      workers: [worker('a', 500, { draining: true }), worker('b', 500)],
      replicas: [replica('1', 'small:original', 'a'), replica('2', 'small:original', 'b')],
    },
    ['unload small:original on a'],
  ],
  [
    'a draining worker with the only replica that fits keeps it',
    {
      variants: [small],
      workers: [worker('a', 500, { draining: true })],
      replicas: [replica('1', 'small:original', 'a')],
    },
    [],
  ],
  [
    'a draining worker keeps what answers demand, until another worker has a slot for it',
    {
      variants: [small, middle, large],
      workers: [worker('a', 500, { draining: true })],
      replicas: [
        replica('1', 'small:original', 'a'),
        replica('2', 'middle:original', 'a'),
        replica('3', 'large:original', 'a'),
      ],
      demand: demandOf([variantId('middle:original'), 10]),
    },
    [],
  ],
  [
    'a worker that is gone is replaced immediately',
    {
      variants: [small],
      workers: [worker('a', 500, { presence: 'gone' }), worker('b', 500)],
      replicas: [replica('1', 'small:original', 'a')],
    },
    ['unload small:original on a', 'load small:original on b'],
  ],
  [
    'an awaited worker keeps its replicas',
    {
      variants: [small],
      workers: [worker('a', 500, { presence: 'awaited' }), worker('b', 500)],
      replicas: [replica('1', 'small:original', 'a')],
    },
    [],
  ],
  [
    'demand adds replicas, at most one for each slot',
    {
      variants: [small],
      workers: [worker('a', 500, { slots: 2 }), worker('b', 500)],
      replicas: [replica('1', 'small:original', 'a')],
      wanted: new Map([[variantId('small:original'), 9]]),
    },
    ['load small:original on b', 'load small:original on a'],
  ],
  [
    'replicas beyond demand are unloaded one per plan, the least recently used first',
    {
      variants: [small],
      workers: [worker('a', 500), worker('b', 500), worker('c', 500)],
      replicas: [
        replica('1', 'small:original', 'a', { lastUsedAt: milliseconds(3) }),
        replica('2', 'small:original', 'b', { lastUsedAt: milliseconds(1) }),
        replica('3', 'small:original', 'c', { lastUsedAt: milliseconds(2) }),
      ],
    },
    ['unload small:original on b'],
  ],
  [
    'a replica that nothing requires stays while it was used recently',
    {
      variants: [small, middle, large],
      workers: [worker('a', 500)],
      replicas: [
        replica('1', 'small:original', 'a'),
        replica('2', 'large:original', 'a'),
        replica('3', 'middle:original', 'a', { lastUsedAt: milliseconds(999) }),
      ],
    },
    [],
  ],
  [
    'a replica that nothing requires is unloaded after it has been idle',
    {
      now: milliseconds(700_000),
      variants: [small, middle, large],
      workers: [worker('a', 500)],
      replicas: [
        replica('1', 'small:original', 'a'),
        replica('2', 'large:original', 'a'),
        replica('3', 'middle:original', 'a', { lastUsedAt: milliseconds(999) }),
      ],
    },
    ['unload middle:original on a'],
  ],
  [
    'a failed replica stays for a while, and another worker takes over',
    {
      variants: [small],
      workers: [worker('a', 500), worker('b', 500)],
      replicas: [replica('1', 'small:original', 'a', { state: 'failed', since: milliseconds(500) })],
    },
    ['load small:original on b'],
  ],
  [
    'a new version is loaded before the old one is unloaded',
    {
      variants: [variant('small:original', { p50Ms: 1, version: 2 })],
      workers: [worker('a', 500)],
      replicas: [replica('1', 'small:original', 'a')],
    },
    ['load small:original v2 on a'],
  ],
  [
    'replicas of a deleted variant are unloaded',
    { variants: [], workers: [worker('a', 500)], replicas: [replica('1', 'small:original', 'a')] },
    ['unload small:original on a'],
  ],
];

describe('planReplicas', () => {
  for (const [name, fields, expected] of cases) {
    it(name, () => assert.deepEqual(brief(planReplicas(snapshot(fields), params)), expected));
  }

  it('keeps a spare copy on another worker if there is room', () => {
    const world = snapshot({ variants: [small], workers: [worker('a', 500), worker('b', 500)] });
    const plan = planReplicas(world, defaultPlacementParams);
    assert.deepEqual(brief(plan), ['load small:original on a', 'load small:original on b']);
  });

  it('loads a spare copy only where no replica is loading or leaving', () => {
    const world = (state: PlacementReplica['state']): PlacementSnapshot =>
      snapshot({
        variants: [small, variant('other:original', { task: 'words' })],
        workers: [worker('a', 500), worker('b', 500)],
        replicas: [replica('1', 'small:original', 'a'), replica('2', 'other:original', 'b', { state })],
      });
    const loadsOf = (state: PlacementReplica['state']): readonly string[] =>
      brief(planReplicas(world(state), defaultPlacementParams)).filter((one) => one.startsWith('load small'));
    assert.deepEqual(loadsOf('ready'), ['load small:original on b']);
    for (const state of ['assigned', 'loading', 'draining'] as const) assert.deepEqual(loadsOf(state), []);
  });

  it('keeps required variants where they meet the default latency of the task, although another class is cheaper', () => {
    const slow = buildHardwareClass({ device: 'slow', instructionSet: 'avx2' });
    const one = alsoOn(variant('a:original', { p50Ms: 10 }), slow, 12);
    const fields = (latencyMs: number): SnapshotFields => ({
      tasks: [{ ...task('digits'), defaultObjective: { latencyMs: milliseconds(latencyMs) } }],
      variants: [one],
      workers: [worker('fast', 500), worker('slow', 500, { classes: [slow] })],
      prices: { [cpu.id]: 1, [slow.id]: 0.01 },
    });
    const loadsWithin = (latencyMs: number) => brief(planReplicas(snapshot(fields(latencyMs)), defaultPlacementParams));
    assert.deepEqual(loadsWithin(50), ['load a:original on fast']);
    assert.deepEqual(loadsWithin(500).toSorted(), ['load a:original on fast', 'load a:original on slow']);
  });

  it('reports what could not be placed', () => {
    const plan = planReplicas(
      snapshot({ variants: [small], workers: [worker('a', 120, { measuring: variantId('small:original') })] }),
      params,
    );
    assert.equal(plan.unmet[0]?.variant, 'small:original');
  });

  const field = (): fc.Arbitrary<VariantFields> =>
    fc.record({
      task: fc.constantFrom('digits', 'words'),
      memoryMib: fc.integer({ min: 20, max: 200 }),
      accuracy: fc.integer({ min: 50, max: 99 }).map((n) => n / 100),
    });
  const arbitraryVariant = fc.tuple(field(), fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }));
  const worlds = fc
    .record({
      variants: fc.array(arbitraryVariant, { maxLength: 8 }),
      workers: fc.array(
        fc.record({
          memory: fc.integer({ min: 50, max: 600 }),
          slots: fc.integer({ min: 1, max: 3 }),
          draining: fc.boolean(),
        }),
        { maxLength: 4 },
      ),
      held: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }),
      wanted: fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 4 })), { maxLength: 3 }),
    })
    .map((made) =>
      snapshot({
        tasks: [task('digits'), task('words')],
        variants: made.variants.map(([fields, p50Ms], i) =>
          variant(`v${i}:original`, p50Ms === undefined ? fields : { ...fields, p50Ms }),
        ),
        workers: made.workers.map(({ memory, slots, draining }, i) => worker(`w${i}`, memory, { slots, draining })),
        held: made.held.map((i) => variantId(`v${i}:original`)),
        wanted: new Map(made.wanted.map(([i, n]) => [variantId(`v${i}:original`), n])),
      }),
    );

  function run(
    start: PlacementSnapshot,
    turns: number,
    check: (world: PlacementSnapshot, plan: Plan) => void,
  ): PlacementSnapshot {
    let world = start;
    for (let turn = 1; turn <= turns; turn++) {
      const plan = planReplicas(world, defaultPlacementParams);
      check(world, plan);
      world = carryOut(world, plan, true);
    }
    return world;
  }

  it('never exceeds the memory of a worker, nor one replica of a variant per slot', () => {
    fc.assert(
      fc.property(worlds, (start) => {
        run(start, 12, (world, plan) => {
          for (const { info } of world.workers) {
            assert.ok(memoryOn(info.id, world, plan) <= info.memoryBytes, `${info.id} is over its memory`);
          }
          const measures = plan.actions.flatMap((a) => (a.kind === 'measure' ? [a.worker] : []));
          assert.equal(new Set(measures).size, measures.length);
        });
      }),
    );
  });

  it('converges: a converged state gives an empty plan', () => {
    fc.assert(
      fc.property(worlds, (start) => {
        const world = run(start, 60, () => undefined);
        assert.deepEqual(brief(planReplicas(world, defaultPlacementParams)), []);
      }),
    );
  });

  it('keeps the cheapest and the most accurate ready if every worker has room for all', () => {
    fc.assert(
      fc.property(worlds, (start) => {
        const roomy = { ...start, workers: [...start.workers, worker('roomy', mib(1))], demand: [] };
        const world = run(roomy, 40, () => undefined);
        for (const { name } of world.tasks) {
          const own = world.variants.filter((v) => v.variant.task === name).map(costAndAccuracy);
          if (own.length === 0) continue;
          const ready: readonly string[] = world.replicas
            .filter((r) => r.state === 'ready')
            .map((r) => r.assignment.variant);
          const readyOwn = own.filter((o) => ready.includes(o.id));
          assert.equal(Math.min(...readyOwn.map((o) => o.ms)), Math.min(...own.map((o) => o.ms)));
          assert.equal(Math.max(...readyOwn.map((o) => o.accuracy)), Math.max(...own.map((o) => o.accuracy)));
        }
      }),
    );
  });
});

function costAndAccuracy({ variant: { id }, measurements }: PlacementSnapshot['variants'][number]): {
  readonly id: string;
  readonly ms: number;
  readonly accuracy: number;
} {
  const result = measurements[0]?.result;
  if (result?.kind !== 'measured') return { id, ms: Infinity, accuracy: -1 };
  return { id, ms: result.profile.points[0]?.p50Ms ?? Infinity, accuracy: result.accuracy?.value ?? -1 };
}

describe('2,000 models of 20 KB on two workers of 4 GiB', () => {
  const small = (measured: boolean): readonly PlacementVariant[] =>
    Array.from({ length: 2_000 }, (_, index) => {
      const one = variant(`m${index}:original`, {
        task: `t${index}`,
        ...(measured ? { p50Ms: 1, memoryMib: 36 } : {}),
      });
      return { ...one, variant: { ...one.variant, manifest: buildManifest({ sizeBytes: bytes(20_000) }) } };
    });
  for (const measured of [false, true]) {
    it(`fit ${measured ? 'twice' : 'before they are measured'}`, () => {
      const variants = small(measured);
      const tasks = variants.map(({ variant: { task: name } }) => task(name));
      const workers = [worker('a', 4096), worker('b', 4096)];
      const [missing, ...loaded] = variants.map(({ variant: { id } }) => id);
      const replicas = loaded.flatMap((id, index) =>
        ['a', 'b'].filter((_, on) => measured || index % 2 === on).map((on) => replica(`${id}-${on}`, id, on)),
      );
      const world = snapshot({ variants, tasks, workers, replicas, held: missing === undefined ? [] : [missing] });
      const plan = planReplicas(world, defaultPlacementParams);
      const moves = brief(plan).filter((action) => !action.startsWith('measure'));
      assert.deepEqual(
        moves.map((action) => action.slice(0, -1)),
        Array(measured ? 2 : 1).fill('load m0:original on '),
      );
      assert.deepEqual([plan.unmet, validatePlan(plan, world, params).dropped], [[], []]);
    });
  }
});
