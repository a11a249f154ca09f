import assert from 'node:assert/strict';
import { milliseconds, variantId, type Milliseconds, type VariantId } from '@pareto/core';
import { buildSelectionRule } from '@pareto/testkit';
import fc from 'fast-check';
import { defaultDemandParams } from '../../src/demand/demand-params.js';
import { coldVariants } from '../../src/snapshot/warmth.js';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { defaultPlacementParams, type PlacementSnapshot, type PlacementVariant } from '../../src/snapshot/snapshot.js';
import { noDemand, observeRates, type SteadyDemand } from '../../src/demand/steady-demand.js';
import { carryOut } from './carry-out.js';
import {
  brief,
  memoryOn,
  replica,
  snapshot,
  task,
  variant,
  warmthRule,
  worker,
  type SnapshotFields,
  type VariantFields,
  demandOf,
  hasDemand,
} from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const small = variant('a:int8', { p50Ms: 1, accuracy: 0.9 });
const middle = variant('a:fp16', { p50Ms: 3, accuracy: 0.95 });
const large = variant('b:original', { p50Ms: 9, accuracy: 0.99 });
const all = [small, middle, large];
const dominated = (by: string, id: string, fields: VariantFields): PlacementVariant =>
  variant(id, { ...fields, dominatedBy: by, dominatedWithin: true });
const unknown = (id: string, p50Ms: number, fields: VariantFields = {}): PlacementVariant => {
  const known = variant(id, { ...fields, p50Ms });
  const measurements = known.measurements.map((one) =>
    one.result.kind === 'measured' ? { ...one, result: { ...one.result, accuracy: undefined } } : one,
  );
  return { ...known, measurements };
};

const room = { workers: [worker('w', 1000)] };
const now = milliseconds(100_000);
const at = (ms: number) => ({ lastUsedAt: milliseconds(ms), since: milliseconds(0) });
const loaded = [replica('1', 'a:int8', 'w', at(0)), replica('2', 'b:original', 'w', at(0))];
const wanted = (id: string, count = 1): SnapshotFields['wanted'] & {} => new Map([[variantId(id), count]]);

const cases: readonly (readonly [string, SnapshotFields, readonly string[]])[] = [
  [
    'a warm rule keeps its variant ready',
    { variants: all, replicas: loaded, warmthRules: [warmthRule('warm', 'a:fp16')] },
    ['load a:fp16 on w'],
  ],
  [
    'a warm rule keeps a dominated variant ready',
    {
      variants: [small, dominated('a:int8', 'a:fp16', { p50Ms: 3 })],
      replicas: [replica('1', 'a:int8', 'w')],
      warmthRules: [warmthRule('warm', 'a:fp16')],
    },
    ['load a:fp16 on w'],
  ],
  [
    'a warm architecture keeps its most accurate variant without a stated objective',
    { variants: all, replicas: loaded, warmthRules: [warmthRule('warm', 'a')] },
    ['load a:fp16 on w'],
  ],
  [
    'a warm architecture keeps the cheapest variant within the task’s latency and ignores its floor',
    {
      tasks: [{ ...task('digits'), defaultObjective: { latencyMs: milliseconds(100), minAccuracy: 0.99 } }],
      variants: [variant('a:int4', { p50Ms: 0.5, accuracy: 0.8 }), small, middle, large],
      replicas: loaded,
      warmthRules: [warmthRule('warm', 'a')],
    },
    ['load a:int4 on w'],
  ],
  [
    'a warm task keeps a variant that meets its default objective',
    {
      tasks: [{ ...task('digits'), defaultObjective: { minAccuracy: 0.94 } }],
      variants: all,
      replicas: loaded,
      warmthRules: [warmthRule('warm', 'digits')],
    },
    ['load a:fp16 on w'],
  ],
  [
    'a warm task keeps the nearest variant if none meets the objective',
    {
      variants: [
        ...['a:fp16', 'a:int8'].map((id) => variant(id, { p50Ms: id === 'a:int8' ? 2_000 : 3_000 })),
        variant('b:int8', { p50Ms: 1, accuracy: 0.8 }),
        large,
      ],
      warmthRules: [warmthRule('warm', 'a')],
    },
    ['load b:int8 on w', 'load b:original on w', 'load a:int8 on w'],
  ],
  [
    'a warm task keeps the original if no accuracy is measured',
    {
      variants: [unknown('a:int8', 1), unknown('a:original', 3), unknown('a:fp16', 2), unknown('b:original', 9)],
      replicas: [replica('1', 'a:int8', 'w'), replica('2', 'b:original', 'w')],
      warmthRules: [warmthRule('warm', 'b:original'), warmthRule('warm', 'a')],
    },
    ['load a:original on w'],
  ],
  [
    'a warm rule evicts replicas that nothing needs',
    {
      variants: [...all, variant('x:original', { p50Ms: 5 })],
      workers: [worker('w', 300)],
      replicas: [...loaded, replica('3', 'x:original', 'w')],
      warmthRules: [warmthRule('warm', 'a:fp16')],
    },
    ['unload x:original on w'],
  ],
  [
    'a warm rule does not evict replicas with demand',
    {
      variants: [...all, variant('x:original', { p50Ms: 5 })],
      workers: [worker('w', 300)],
      replicas: [...loaded, replica('3', 'x:original', 'w')],
      wanted: wanted('x:original'),
      warmthRules: [warmthRule('warm', 'a:fp16')],
    },
    [],
  ],
  [
    'a warm rule does not evict replicas of a newer warm rule',
    {
      now,
      variants: [...all, variant('x:original', { p50Ms: 5 })],
      workers: [worker('w', 300)],
      replicas: [...loaded, replica('3', 'x:original', 'w')],
      warmthRules: [warmthRule('warm', 'a:fp16'), warmthRule('warm', 'x', { since: now })],
    },
    [],
  ],
  [
    'a denied variant is not loaded',
    {
      variants: [small, middle],
      replicas: [replica('1', 'a:int8', 'w')],
      rules: [buildSelectionRule('deny', 'a:fp16')],
      warmthRules: [warmthRule('warm', 'a:fp16')],
    },
    [],
  ],
  [
    'a rule of another task does not apply',
    { variants: [small], warmthRules: [warmthRule('warm', 'words', { task: 'words' })] },
    ['load a:int8 on w'],
  ],
  [
    'a cold architecture is not required, and is unloaded when idle',
    { now, variants: all, replicas: loaded, warmthRules: [warmthRule('cold', 'a')] },
    ['unload a:int8 on w'],
  ],
  [
    'all replicas of a cold task are unloaded',
    { now, variants: all, replicas: loaded, warmthRules: [warmthRule('cold', 'digits')] },
    ['unload a:int8 on w', 'unload b:original on w'],
  ],
  [
    'all cold copies except one with demand are unloaded at the same time',
    {
      now,
      variants: [small],
      workers: [worker('w', 1000, { slots: 4 })],
      replicas: ['1', '2', '3'].map((id) => replica(id, 'a:int8', 'w', at(0))),
      wanted: wanted('a:int8'),
      warmthRules: [warmthRule('cold', 'a')],
    },
    ['unload a:int8 on w', 'unload a:int8 on w'],
  ],
  [
    'a cold replica that has just answered stays',
    {
      now,
      variants: [small],
      replicas: [replica('1', 'a:int8', 'w', at(now - 1_000))],
      warmthRules: [warmthRule('cold', 'a', { since: now })],
    },
    [],
  ],
  [
    'a cold replica that last answered before the rule is unloaded',
    {
      now,
      variants: [small],
      replicas: [replica('1', 'a:int8', 'w', at(now - 3_000))],
      warmthRules: [warmthRule('cold', 'a', { since: milliseconds(now - 1_000) })],
    },
    ['unload a:int8 on w'],
  ],
  [
    'a report shortly after the rule counts as before it',
    {
      now,
      variants: [small],
      replicas: [replica('1', 'a:int8', 'w', at(now - 3_000))],
      warmthRules: [warmthRule('cold', 'a', { since: milliseconds(now - 4_000) })],
    },
    ['unload a:int8 on w'],
  ],
  [
    'a cold replica that answered after the rule stays longer',
    {
      now,
      variants: [small],
      replicas: [replica('1', 'a:int8', 'w', at(now - 20_000))],
      warmthRules: [warmthRule('cold', 'a')],
    },
    [],
  ],
  [
    'a cold replica stays shorter than others',
    {
      now,
      variants: [small],
      replicas: [replica('1', 'a:int8', 'w', at(now - 31_000))],
      warmthRules: [warmthRule('cold', 'a')],
    },
    ['unload a:int8 on w'],
  ],
  [
    'a cold variant is loaded for held queries',
    { now, variants: [small], held: [small.variant.id], warmthRules: [warmthRule('cold', 'a')] },
    ['load a:int8 on w'],
  ],
  [
    'the required variants of a partly cold task come from the rest',
    { variants: all, warmthRules: [warmthRule('cold', 'b')] },
    ['load a:int8 on w', 'load a:fp16 on w'],
  ],
  [
    'a pin does not keep a cold variant loaded',
    {
      now,
      variants: all,
      replicas: loaded,
      rules: [buildSelectionRule('pin', 'b')],
      warmthRules: [warmthRule('cold', 'digits')],
    },
    ['unload a:int8 on w', 'unload b:original on w'],
  ],
  [
    'the rule for a variant overrides the one for its task',
    {
      now,
      variants: all,
      replicas: loaded,
      warmthRules: [warmthRule('cold', 'digits'), warmthRule('warm', 'b:original')],
    },
    ['unload a:int8 on w'],
  ],
  [
    'a warm task uses the variants that are not cold',
    {
      now,
      variants: all,
      replicas: [replica('1', 'b:original', 'w', at(0))],
      warmthRules: [warmthRule('warm', 'digits'), warmthRule('cold', 'b'), warmthRule('cold', 'a:int8')],
    },
    ['load a:fp16 on w', 'unload b:original on w'],
  ],
  [
    'a warm rule of another tenant overrides a cold one',
    {
      variants: [small],
      replicas: [replica('1', 'a:int8', 'w', at(0))],
      now,
      warmthRules: [warmthRule('cold', 'a:int8'), warmthRule('warm', 'digits', { tenant: 'other' })],
    },
    [],
  ],
  [
    'a cold dominator is not loaded as a replacement',
    {
      now,
      variants: [small, dominated('a:int8', 'a:fp16', { p50Ms: 3 })],
      replicas: [replica('1', 'a:fp16', 'w', at(now - 100))],
      warmthRules: [warmthRule('cold', 'a:int8')],
    },
    [],
  ],
  [
    'an unused cold variant does not move from a draining worker',
    {
      now,
      variants: [small],
      workers: [worker('w', 500, { draining: true }), worker('x', 500)],
      replicas: [replica('1', 'a:int8', 'w', at(now - 40_000))],
      warmthRules: [warmthRule('cold', 'a')],
    },
    ['unload a:int8 on w'],
  ],
];

describe('placement by warmth rules', () => {
  for (const [name, fields, expected] of cases) {
    it(name, () => assert.deepEqual(brief(planReplicas(snapshot({ ...room, ...fields }), params)), expected));
  }

  const unmetOf = (fields: SnapshotFields): readonly string[] =>
    planReplicas(snapshot({ ...room, ...fields }), params).unmet.map(
      ({ variant: id, warmTarget, reason }) => `${id} for ${warmTarget}: ${reason}`,
    );

  it('reports why a target is not warm', () => {
    const warm = { warmthRules: [warmthRule('warm', 'a')] };
    assert.match(
      unmetOf({ ...warm, variants: [middle], workers: [worker('w', 50)] }).join(),
      /^a:fp16 for a: a is wished to be warm: no worker has a slot and [\d.]+ MiB for it$/,
    );
    const unmeasured = { ...warm, variants: [variant('a:original')], workers: [] };
    assert.deepEqual(unmetOf(unmeasured), ['a:original for a: a is wished to be warm: it is not measured yet']);
    const failed = { ...warm, variants: [variant('a:original', { failure: 'killed' })], workers: [] };
    assert.deepEqual(unmetOf(failed), ['a:original for a: a is wished to be warm: measuring failed: killed']);
    const denied = { ...warm, variants: [middle], rules: [buildSelectionRule('deny', 'a')] };
    assert.deepEqual(unmetOf(denied), ['a:fp16 for a: a is wished to be warm: every variant is denied or quarantined']);
    const cold = { variants: [middle], warmthRules: [warmthRule('warm', 'digits'), warmthRule('cold', 'a')] };
    assert.deepEqual(unmetOf(cold), ['a:fp16 for digits: digits is wished to be warm: rules keep every variant cold']);
  });

  it('names the reason of an unload', () => {
    const plan = planReplicas(
      snapshot({
        ...room,
        now,
        variants: [small],
        replicas: loaded.slice(0, 1),
        warmthRules: [warmthRule('cold', 'a')],
      }),
      params,
    );
    assert.equal(plan.actions[0]?.reason, 'a rule keeps it cold, and no query uses it');
  });

  it('returns since when variants are cold', () => {
    const rules = [
      warmthRule('cold', 'digits', { since: milliseconds(5) }),
      warmthRule('cold', 'a:int8', { tenant: 'other', since: milliseconds(9) }),
    ];
    assert.deepEqual(
      [...coldVariants(rules, all)],
      [
        ['a:int8', 9],
        ['a:fp16', 5],
        ['b:original', 5],
      ],
    );
    assert.equal(coldVariants([warmthRule('warm', 'digits')], all).size, 0);
  });
});

describe('a cold variant under steady light demand', () => {
  /** Runs one turn per second with `queries` queries, one each `everyMs`, then a minute without queries. */
  function run(everyMs: number, queries: number, loadTurns: number): readonly string[] {
    const id = small.variant.id;
    let world = snapshot({ ...room, variants: [small], warmthRules: [warmthRule('cold', 'a')], now });
    let steady: SteadyDemand = noDemand;
    let queriedAt: readonly Milliseconds[] = [];
    let isHeld = false;
    const actions: string[] = [];
    const end = everyMs * queries + 60_000;
    for (let turn = 1; turn * 1_000 <= end; turn += 1) {
      const due = (turn * 1_000) % everyMs < 1_000 && turn * 1_000 <= everyMs * queries;
      isHeld ||= due;
      const ready = world.replicas.some(({ state }) => state === 'ready');
      if (ready && isHeld) {
        isHeld = false;
        queriedAt = [...queriedAt, world.now];
        world = { ...world, replicas: world.replicas.map((one) => ({ ...one, lastUsedAt: world.now })) };
      }
      const cold = coldVariants(world.warmthRules, world.variants);
      const itemsPerSecond = queriedAt.filter((when) => world.now - when < 5_000).length / 5;
      const rates = new Map(itemsPerSecond === 0 ? [] : [[id, itemsPerSecond]]);
      steady = observeRates(steady, rates, defaultDemandParams, world.now, (key) => cold.has(variantId(key)));
      const plan = planReplicas(
        {
          ...world,
          held: isHeld ? [id] : [],
          demand: demandOf(...Array.from(steady.rates, ([key, rate]) => [variantId(key), rate] as const)),
        },
        params,
      );
      actions.push(...brief(plan));
      world = slowly(world, carryOut(world, plan), loadTurns);
    }
    return actions;
  }

  /** Number of turns that a load takes. */
  function slowly(before: PlacementSnapshot, after: PlacementSnapshot, loadTurns: number): PlacementSnapshot {
    const since = new Map(before.replicas.map((one) => [one.assignment.replica, one]));
    const replicas = after.replicas.map((one) => {
      const old = since.get(one.assignment.replica);
      return old?.state === 'assigned' && after.now - old.since < loadTurns * 1_000 ? old : one;
    });
    return { ...after, replicas };
  }

  it('is loaded once and unloaded once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 29 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 50 }),
        (seconds, queries, loadTurns) => {
          assert.deepEqual(run(seconds * 1_000, Math.max(queries, Math.ceil((loadTurns + 2) / seconds)), loadTurns), [
            'load a:int8 on w',
            'unload a:int8 on w',
          ]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('placement with selection and warmth rules', () => {
  const names = ['digits', 'words', ...[0, 1, 2].flatMap((i) => [`v${i}`, `v${i}:original`, `v${i}:fp16`])];
  const fields: fc.Arbitrary<VariantFields & { readonly known: boolean }> = fc.record({
    p50Ms: fc.integer({ min: 1, max: 9 }),
    memoryMib: fc.integer({ min: 20, max: 150 }),
    accuracy: fc.integer({ min: 50, max: 99 }).map((n) => n / 100),
    known: fc.boolean(),
  });
  const taskOf = (i: number): string => (i % 2 === 0 ? 'digits' : 'words');
  const worlds = fc
    .record({
      variants: fc.array(fc.tuple(fields, fields), { minLength: 1, maxLength: 3 }),
      rules: fc.array(fc.tuple(fc.constantFrom<'pin' | 'deny'>('pin', 'deny'), fc.nat({ max: 2 })), { maxLength: 2 }),
      warmthRules: fc.uniqueArray(
        fc.tuple(fc.constantFrom<'warm' | 'cold'>('warm', 'cold'), fc.constantFrom(...names)),
        {
          maxLength: 6,
          selector: ([, name]) => name,
        },
      ),
      wanted: fc.array(fc.constantFrom(...names.filter((name) => name.includes(':'))), { maxLength: 2 }),
      workers: fc.array(fc.tuple(fc.integer({ min: 50, max: 400 }), fc.boolean()), { minLength: 1, maxLength: 3 }),
      held: fc.option(fc.constantFrom(...names.filter((name) => name.includes(':'))), { nil: undefined }),
    })
    .map((made) =>
      snapshot({
        now,
        tasks: [task('digits'), task('words')],
        variants: made.variants.flatMap((pair, i) =>
          pair.map(({ known, ...one }, k) => {
            const id = `v${i}:${k === 0 ? 'original' : 'fp16'}`;
            const own = { ...one, task: taskOf(i) };
            return known ? variant(id, own) : unknown(id, own.p50Ms ?? 1, own);
          }),
        ),
        rules: made.rules.map(([kind, i]) => buildSelectionRule(kind, `v${i}`, { task: taskOf(i) })),
        warmthRules: made.warmthRules.map(([kind, name], n) => {
          const own = name.startsWith('v') ? taskOf(Number(name[1])) : name;
          return warmthRule(kind, name, { task: own, since: milliseconds(n) });
        }),
        wanted: new Map(made.wanted.map((id) => [variantId(id), 2])),
        held: made.held === undefined ? [] : [variantId(made.held)],
        workers: made.workers.map(([memory, draining], i) => worker(`w${i}`, memory, { slots: 2, draining })),
      }),
    );
  const fast = { ...defaultPlacementParams, keepWarmMs: milliseconds(15_000), keepColdMs: milliseconds(5_000) };

  it('stays within memory, converges, keeps warm targets that fit, and unloads unused cold ones', () => {
    fc.assert(
      fc.property(worlds, (start) => {
        let world = start;
        for (let turn = 1; turn <= 60; turn += 1) {
          const plan = planReplicas(world, fast);
          for (const { info } of world.workers) assert.ok(memoryOn(info.id, world, plan) <= info.memoryBytes);
          world = carryOut(world, plan, true);
        }
        const plan = planReplicas(world, fast);
        assert.deepEqual(brief(plan), []);
        const cold = coldVariants(world.warmthRules, world.variants);
        const ready = new Set<VariantId>(world.replicas.map(({ assignment }) => assignment.variant));
        for (const id of ready) assert.ok(!cold.has(id) || hasDemand(world, id), `${id} is cold and loaded`);
        const unmet = plan.unmet.map(({ warmTarget }) => warmTarget);
        for (const { kind, target, task: of } of world.warmthRules) {
          if (kind === 'cold') continue;
          const own = world.variants
            .map((one) => one.variant)
            .filter((one) => one.id === target || one.architecture === target || one.task === target);
          if (own.length === 0) continue;
          assert.ok(own.some(({ id }) => ready.has(id)) || unmet.includes(target), `${target} of ${of} is not warm`);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('models without a measured accuracy', () => {
  it('are all ready on two small workers, and stay ready', () => {
    const count = 15;
    const models = Array.from({ length: count }, (_, i) => `m${i}`);
    let world = snapshot({
      tasks: models.map((name) => task(`${name}.task`)),
      variants: models.map((name) => variant(`${name}:original`, { task: `${name}.task` })),
      workers: [worker('w0', 600, { slots: 2 }), worker('w1', 600, { slots: 2 })],
    });
    const ready = (): number =>
      new Set(world.replicas.flatMap((one) => (one.state === 'ready' ? [one.assignment.variant] : []))).size;
    let since: number | undefined;
    for (let turn = 1; turn <= 300; turn += 1) {
      world = carryOut(world, planReplicas(world, defaultPlacementParams), true);
      if (ready() === count) since ??= turn;
      assert.ok(since === undefined || ready() === count, `one of them left in turn ${turn}`);
    }
    assert.notEqual(since, undefined, `${ready()} of ${count} are ready`);
    assert.deepEqual(brief(planReplicas(world, defaultPlacementParams)), []);
  });
});
