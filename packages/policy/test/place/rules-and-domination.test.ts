import assert from 'node:assert/strict';
import { milliseconds, variantId } from '@pareto/core';
import fc from 'fast-check';
import { defaultPlacementParams, planReplicas, type PlacementVariant } from '../../src/index.js';
import { carryOut } from './carry-out.js';
import { buildSelectionRule } from '@pareto/testkit';
import {
  brief,
  replica,
  snapshot,
  task,
  variant,
  worker,
  type VariantFields,
  type SnapshotFields,
  hasDemand,
} from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const small = variant('a:int8', { p50Ms: 1, accuracy: 0.9 });
const middle = variant('a:fp16', { p50Ms: 3, accuracy: 0.95 });
const large = variant('b:original', { p50Ms: 9, accuracy: 0.99 });
const all = [small, middle, large];
const dominated = (
  by: string,
  { variant: { id }, measurements }: PlacementVariant,
  within = true,
): PlacementVariant => ({
  ...variant(id),
  measurements,
  dominatedBy: variantId(by),
  dominatedWithin: within,
});

const room = { workers: [worker('w', 1000)] };
const now = milliseconds(10_000);
const busy = { lastUsedAt: milliseconds(9_999) };

const cases: readonly (readonly [string, SnapshotFields, readonly string[]])[] = [
  ['no rule and no domination', { variants: all }, ['load a:int8 on w', 'load b:original on w']],
  [
    'a dominated variant is not required',
    { variants: [dominated('a:fp16', small), middle, large] },
    ['load a:fp16 on w', 'load b:original on w'],
  ],
  [
    'a variant that another architecture dominates is not required',
    { variants: [small, middle, dominated('a:fp16', large, false)] },
    ['load a:int8 on w', 'load a:fp16 on w'],
  ],
  [
    'a dominated variant is loaded for held queries',
    { variants: [small, dominated('a:int8', middle), large], held: [middle.variant.id] },
    ['load a:fp16 on w', 'load a:int8 on w', 'load b:original on w'],
  ],
  [
    'a dominated variant is loaded for demand if there is room',
    {
      variants: [small, dominated('a:int8', middle)],
      wanted: new Map([[middle.variant.id, 2]]),
      workers: [worker('w', 1000, { slots: 2 })],
    },
    ['load a:fp16 on w', 'load a:fp16 on w', 'load a:int8 on w'],
  ],
  [
    'a dominated variant evicts nothing for demand',
    {
      variants: [small, dominated('a:int8', middle), variant('x:original', { p50Ms: 5, task: 'words' })],
      replicas: [replica('1', 'a:int8', 'w'), replica('2', 'x:original', 'w')],
      wanted: new Map([[middle.variant.id, 1]]),
      workers: [worker('w', 250)],
    },
    [],
  ],
  [
    'the dominator of a used variant is loaded, and the variant stays',
    {
      now,
      variants: [small, large, dominated('b:fp16', middle), variant('b:fp16', { p50Ms: 2, accuracy: 0.95 })],
      replicas: [replica('1', 'a:int8', 'w'), replica('2', 'b:original', 'w'), replica('3', 'a:fp16', 'w', busy)],
    },
    ['load b:fp16 on w'],
  ],
  [
    'a dominated variant is unloaded once it is idle',
    {
      now: milliseconds(700_000),
      variants: [small, large, dominated('a:int8', middle)],
      replicas: [replica('1', 'a:int8', 'w'), replica('2', 'b:original', 'w'), replica('3', 'a:fp16', 'w', busy)],
    },
    ['unload a:fp16 on w'],
  ],
  [
    'a denied variant is unloaded immediately',
    {
      variants: all,
      rules: [buildSelectionRule('deny', 'a:int8')],
      replicas: [replica('1', 'a:int8', 'w', busy)],
      now,
    },
    ['unload a:int8 on w', 'load a:fp16 on w', 'load b:original on w'],
  ],
  [
    'all variants of a denied architecture are unloaded',
    {
      variants: all,
      rules: [buildSelectionRule('deny', 'a', { task: 'digits' })],
      replicas: [replica('1', 'a:int8', 'w')],
    },
    ['unload a:int8 on w', 'load b:original on w'],
  ],
  [
    'a variant that is denied for another task stays',
    { variants: [small], rules: [buildSelectionRule('deny', 'a', { task: 'words' })] },
    ['load a:int8 on w'],
  ],
  [
    'a denied variant is not loaded for held queries, demand or spares',
    {
      variants: [small],
      rules: [buildSelectionRule('deny', 'a')],
      held: [small.variant.id],
      wanted: new Map([[small.variant.id, 2]]),
    },
    [],
  ],
  [
    'only the pinned variant of a task is required',
    { variants: all, rules: [buildSelectionRule('pin', 'a:fp16', { task: 'digits' })] },
    ['load a:fp16 on w'],
  ],
  [
    'every pinned variant is required',
    { variants: all, rules: all.map(({ variant: { id } }) => buildSelectionRule('pin', id)) },
    ['load a:int8 on w', 'load a:fp16 on w', 'load b:original on w'],
  ],
  [
    'the cheapest and the most accurate of a pinned architecture are required',
    { variants: [...all, variant('a:int4', { p50Ms: 2, accuracy: 0.92 })], rules: [buildSelectionRule('pin', 'a')] },
    ['load a:int8 on w', 'load a:fp16 on w'],
  ],
  [
    'a pinned variant that is dominated is required',
    { variants: [small, dominated('a:int8', middle)], rules: [buildSelectionRule('pin', 'a:fp16')] },
    ['load a:fp16 on w'],
  ],
  [
    'a pin applies to its own task only',
    {
      tasks: [task('digits'), task('words')],
      variants: [small, variant('x:original', { p50Ms: 5, task: 'words' })],
      rules: [buildSelectionRule('pin', 'x:original')],
    },
    ['load a:int8 on w', 'load x:original on w'],
  ],
  [
    'if a variant is pinned and denied, neither it nor another is loaded',
    { variants: all, rules: [buildSelectionRule('pin', 'a:fp16'), buildSelectionRule('deny', 'a:fp16')] },
    [],
  ],
];

describe('placement by rules and domination', () => {
  for (const [name, fields, expected] of cases) {
    it(name, () => assert.deepEqual(brief(planReplicas(snapshot({ ...room, ...fields }), params)), expected));
  }

  it('names the rule that causes an unload', () => {
    const denied = {
      variants: [small],
      rules: [buildSelectionRule('deny', 'a')],
      replicas: [replica('1', 'a:int8', 'w')],
    };
    const [action] = planReplicas(snapshot({ ...room, ...denied }), params).actions;
    assert.equal(action?.reason, 'denied: set by the operator');
  });

  it('keeps the original warm if no accuracy is measured', () => {
    const unknown = (id: string, p50Ms: number): PlacementVariant => {
      const known = variant(id, { p50Ms });
      const measurements = known.measurements.map((one) =>
        one.result.kind === 'measured' ? { ...one, result: { ...one.result, accuracy: undefined } } : one,
      );
      return { ...known, measurements };
    };
    const variants = [unknown('a:int8', 1), unknown('a:fp16', 2), unknown('a:original', 3)];
    assert.deepEqual(brief(planReplicas(snapshot({ ...room, variants }), params)), [
      'load a:int8 on w',
      'load a:original on w',
    ]);
  });

  const fields: fc.Arbitrary<VariantFields & { readonly dominator: number | undefined }> = fc.record({
    task: fc.constantFrom('digits', 'words'),
    p50Ms: fc.integer({ min: 1, max: 9 }),
    memoryMib: fc.integer({ min: 20, max: 150 }),
    dominator: fc.option(fc.nat({ max: 5 }), { nil: undefined, freq: 2 }),
  });
  const worlds = fc
    .record({
      variants: fc.array(fields, { minLength: 1, maxLength: 6 }),
      rules: fc.array(fc.tuple(fc.constantFrom<'pin' | 'deny'>('pin', 'deny'), fc.nat({ max: 5 })), { maxLength: 3 }),
      wanted: fc.array(fc.nat({ max: 5 }), { maxLength: 2 }),
      memories: fc.array(fc.integer({ min: 50, max: 400 }), { minLength: 1, maxLength: 3 }),
    })
    .map(({ variants, rules, wanted, memories }) =>
      snapshot({
        tasks: [task('digits'), task('words')],
        variants: variants.map(({ dominator, ...one }, i) =>
          // Dominators are not dominated.
          variant(
            `v${i}:original`,
            dominator === undefined || dominator <= i || variants[dominator]?.dominator !== undefined
              ? one
              : { ...one, dominatedBy: `v${dominator}:original` },
          ),
        ),
        rules: rules.map(([kind, i]) => buildSelectionRule(kind, `v${i}`)),
        wanted: new Map(wanted.map((i) => [variantId(`v${i}:original`), 2])),
        workers: memories.map((memory, i) => worker(`w${i}`, memory, { slots: 2 })),
      }),
    );

  it('converges without denied or unneeded replicas', () => {
    fc.assert(
      fc.property(worlds, (start) => {
        let world = start;
        for (let turn = 1; turn <= 40; turn++) world = carryOut(world, planReplicas(world, params), true);
        assert.deepEqual(brief(planReplicas(world, params)), []);
        const denied = world.rules.filter(({ kind }) => kind === 'deny').map(({ target }) => `${target}:original`);
        for (const { assignment } of world.replicas) {
          assert.equal(denied.includes(assignment.variant), false);
          const loaded = world.variants.find((one) => one.variant.id === assignment.variant);
          const isNamed = world.rules.some(({ target }) => assignment.variant.startsWith(`${target}:`));
          assert.ok(loaded?.dominatedBy === undefined || hasDemand(world, assignment.variant) || isNamed);
        }
      }),
      { numRuns: 150 },
    );
  });
});
