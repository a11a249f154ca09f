import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { VariantId } from '@pareto/core';
import {
  defaultDominationParams as params,
  p99At,
  paretoFront,
  planDomination,
  type Domination,
  type MeasuredVariant,
} from '../../src/index.js';
import { cpu, gpu, measured, terms, type Figures } from '../support/measured.js';
import {
  classesOf,
  decideOutsideCircles,
  dominatesOn,
  isDominatedBy,
  plainDomination,
} from '../support/plain-domination.js';

const plan = (variants: readonly MeasuredVariant[]): ReadonlyMap<VariantId, Domination> =>
  planDomination(variants, terms, params);

const brief = (variants: readonly MeasuredVariant[]): readonly string[] =>
  Array.from(plan(variants), ([id, { by, within }]) => `${id} by ${by}${within ? '' : ' of another'}`).sort();

const base: Figures = { accuracy: 0.9, p99Ms: { 1: 10, 8: 40 }, memoryMib: 100, loadMs: 100 };
const original = measured('a:original', base);
const made = (figures: Partial<Figures>): MeasuredVariant => measured('a:made', { ...base, ...figures });

const cases: readonly (readonly [string, readonly MeasuredVariant[], readonly string[]])[] = [
  ['faster at every batch', [original, made({ p99Ms: { 1: 9, 8: 20 } })], ['a:original by a:made']],
  [
    'faster at one batch, as fast at the other',
    [original, made({ p99Ms: { 1: 10, 8: 20 } })],
    ['a:original by a:made'],
  ],
  ['faster at one batch, slower at the other', [original, made({ p99Ms: { 1: 11, 8: 20 } })], []],
  ['faster by less than the margin', [original, made({ p99Ms: { 1: 9.8, 8: 39 } })], []],
  ['less accurate', [original, made({ accuracy: 0.8995, p99Ms: { 1: 1, 8: 2 } })], []],
  ['more accurate', [original, made({ accuracy: 0.93 })], ['a:original by a:made']],
  ['more accurate by less than the intervals tell apart', [original, made({ accuracy: 0.91 })], []],
  ['smaller', [original, made({ memoryMib: 89 })], ['a:original by a:made']],
  ['smaller by less than the margin', [original, made({ memoryMib: 91 })], []],
  [
    'smaller, and slower by less than the margin',
    [original, made({ p99Ms: { 1: 10.4, 8: 41 }, memoryMib: 50 })],
    ['a:original by a:made'],
  ],
  ['smaller, and slower by more than the margin', [original, made({ p99Ms: { 1: 10.6, 8: 40 }, memoryMib: 50 })], []],
  [
    'faster, and larger by less than the margin',
    [original, made({ p99Ms: { 1: 5, 8: 20 }, memoryMib: 109 })],
    ['a:original by a:made'],
  ],
  ['faster, and larger by more than the margin', [original, made({ p99Ms: { 1: 5, 8: 20 }, memoryMib: 111 })], []],
  ['faster to load', [original, made({ loadMs: 79 })], ['a:original by a:made']],
  ['faster to load by less than the margin', [original, made({ loadMs: 81 })], []],
  [
    'faster, and slower to load by less than the margin',
    [original, made({ p99Ms: { 1: 5, 8: 20 }, loadMs: 119 })],
    ['a:original by a:made'],
  ],
  ['faster, and slower to load by more than the margin', [original, made({ p99Ms: { 1: 5, 8: 20 }, loadMs: 121 })], []],
  [
    'more accurate, and worse by less than the margins',
    [original, made({ accuracy: 0.93, p99Ms: { 1: 10.4, 8: 41 }, memoryMib: 109, loadMs: 119 })],
    ['a:original by a:made'],
  ],
  ['equal in everything', [original, made({})], []],
  ['faster, but not up to the same batch', [original, made({ p99Ms: { 1: 5, 4: 15 } })], []],
  ['faster, measured at other batches', [original, made({ p99Ms: { 1: 5, 2: 8, 16: 60 } })], ['a:original by a:made']],
  ['slower at a batch between two of the other', [original, made({ p99Ms: { 1: 5, 4: 30, 8: 35 } })], []],
  ['of unknown accuracy', [original, made({ accuracy: undefined, p99Ms: { 1: 1, 8: 2 } })], []],
  [
    'both of unknown accuracy',
    [measured('a:original', { ...base, accuracy: undefined }), made({ accuracy: undefined, p99Ms: { 1: 1, 8: 2 } })],
    [],
  ],
  ['slower, measured on a busy machine', [original, made({ p99Ms: { 1: 60, 8: 90 }, noise: 0.4 })], []],
  ['faster, measured on a busy machine', [original, made({ p99Ms: { 1: 5, 8: 20 }, noise: 0.4 })], []],
  [
    'dominated, but measured on a busy machine on one of two classes',
    [
      measured('a:original', base, { ...base, noise: 0.2 }),
      measured('a:made', { ...base, memoryMib: 50 }, { ...base, memoryMib: 50 }),
    ],
    [],
  ],
  ['not measured anywhere', [original, measured('a:new', undefined)], []],
  [
    'of another architecture',
    [original, measured('b:original', { ...base, p99Ms: { 1: 5, 8: 9 } })],
    ['a:original by b:original of another'],
  ],
  [
    'dominators of its own architecture are named first',
    [original, made({ memoryMib: 50 }), measured('b:original', { ...base, loadMs: 10 })],
    ['a:original by a:made'],
  ],
  [
    'a dominated dominator is not named',
    [original, made({ memoryMib: 50 }), measured('b:original', { ...base, memoryMib: 40, loadMs: 10 })],
    ['a:made by b:original of another', 'a:original by b:original'],
  ],
  [
    'dominated on one of two classes only',
    [measured('a:original', base, base), measured('a:made', { ...base, memoryMib: 50 }, { ...base, memoryMib: 200 })],
    [],
  ],
  [
    'measured on one class, the dominator on two',
    [original, measured('b:original', { ...base, memoryMib: 50 }, base)],
    ['a:original by b:original of another'],
  ],
  [
    'dominated on each class by another variant',
    [
      measured('a:original', base, base),
      measured('b:original', { ...base, memoryMib: 50 }, { ...base, memoryMib: 200 }),
      measured('c:original', { ...base, memoryMib: 200 }, { ...base, memoryMib: 50 }),
    ],
    ['a:original by b:original of another'],
  ],
  [
    'a chain: the dominated one does not dominate in turn',
    [
      measured('a:original', { ...base, memoryMib: 50 }),
      measured('b:original', { ...base, memoryMib: 54, loadMs: 79 }),
      measured('c:original', { ...base, memoryMib: 59, loadMs: 60 }),
    ],
    ['b:original by c:original of another'],
  ],
  [
    'a circle: the fastest of the most accurate is kept',
    [
      measured('a:original', { ...base, p99Ms: { 1: 100 }, memoryMib: 97, loadMs: 94 }),
      measured('b:original', { ...base, p99Ms: { 1: 104 }, memoryMib: 87, loadMs: 100 }),
      measured('c:original', { ...base, p99Ms: { 1: 108 }, memoryMib: 89, loadMs: 79 }),
    ],
    ['c:original by a:original of another'],
  ],
];

describe('planDomination', () => {
  for (const [name, variants, expected] of cases) it(name, () => assert.deepEqual(brief(variants), expected));

  it('compares cost at the batch that the task’s latency allows', () => {
    // The larger batch of the second saves less time than that of the first; p99 differs by less than the margin.
    const expensive = measured('a:original', { ...base, p99Ms: { 1: 10, 8: 40 } });
    const cheap = measured('a:made', { ...base, p99Ms: { 1: 10, 8: 36 } });
    const within = (latencyMs: number): number =>
      planDomination([expensive, cheap], { ...terms, latencyMs }, { ...params, latencyMargin: 0.5 }).size;
    assert.equal(within(1000), 1);
    assert.equal(within(30), 0);
  });

  // Few distinct values, so that ties and domination are common.
  const figures: fc.Arbitrary<Figures> = fc.record({
    accuracy: fc.option(fc.constantFrom(0.8, 0.9, 0.95), { nil: undefined, freq: 8 }),
    p99Ms: fc.constantFrom<Readonly<Record<number, number>>>(
      { 1: 10, 8: 40 },
      { 1: 9, 8: 40 },
      { 1: 10.4, 8: 41.6 },
      { 1: 10.8, 8: 43.2 },
      { 1: 5, 4: 20 },
      { 1: 5, 2: 9, 8: 30 },
      { 2: 4, 8: 41 },
      { 1: 9.9, 4: 22, 16: 50 },
    ),
    memoryMib: fc.constantFrom(50, 87, 89, 97),
    loadMs: fc.constantFrom(50, 79, 94, 100),
  });
  const entry = fc.record({
    architecture: fc.constantFrom('a', 'b', 'c'),
    onCpu: fc.option(figures, { nil: undefined, freq: 5 }),
    onGpu: fc.option(figures, { nil: undefined, freq: 2 }),
  });
  const catalogueOf = (minLength: number, maxLength: number): fc.Arbitrary<readonly MeasuredVariant[]> =>
    fc
      .array(entry, { minLength, maxLength })
      .map((all) => all.map(({ architecture, onCpu, onGpu }, i) => measured(`${architecture}:v${i}`, onCpu, onGpu)));
  const catalogue = catalogueOf(0, 9);
  const holds = (check: (variants: readonly MeasuredVariant[]) => void): void =>
    fc.assert(fc.property(catalogue, check), { numRuns: 200 });

  it('names a dominator that is not dominated itself', () => {
    holds((variants) => {
      const dominated = plan(variants);
      for (const { by } of dominated.values()) assert.equal(dominated.has(by), false);
    });
  });

  it('keeps a variant on every class that directly dominates each dominated one', () => {
    holds((variants) => {
      const dominated = plan(variants);
      const kept = variants.filter(({ variant }) => !dominated.has(variant.id));
      for (const one of variants) {
        if (!dominated.has(one.variant.id)) continue;
        assert.ok(isDominatedBy(one, kept, params), one.variant.id);
      }
      for (const hardwareClass of [cpu, gpu]) {
        const isThere = (one: MeasuredVariant): boolean => classesOf(one).includes(hardwareClass);
        assert.equal(kept.some(isThere), variants.some(isThere));
      }
    });
  });

  it('names a variant that directly dominates the dominated one on its first class', () => {
    holds((variants) => {
      const byId = new Map(variants.map((one) => [one.variant.id, one]));
      for (const [id, { by }] of plan(variants)) {
        const [one, other] = [byId.get(id), byId.get(by)];
        const [hardwareClass] = one === undefined ? [] : classesOf(one);
        assert.ok(one && other && hardwareClass && dominatesOn(hardwareClass, other, one, params));
      }
    });
  });

  it('drops a variant that kept ones dominate on every class, unless it is in a circle', () => {
    holds((variants) => {
      const dominated = plan(variants);
      const { kept, dropped } = decideOutsideCircles(variants, params);
      for (const { variant } of kept) assert.equal(dominated.has(variant.id), false, variant.id);
      for (const { variant } of dropped) assert.equal(dominated.has(variant.id), true, variant.id);
      const keptIds = variants.filter(({ variant }) => !dominated.has(variant.id));
      for (const one of keptIds) {
        if (isDominatedBy(one, keptIds, params)) assert.ok(isInCircle(one, variants), one.variant.id);
      }
    });
  });

  const exact = { ...params, latencyMargin: 0, costMargin: 0, memoryMargin: 0, loadMargin: 0 };

  it('without margins, drops what any variants dominate', () => {
    holds((variants) => {
      const planned = Array.from(
        planDomination(variants, terms, exact),
        ([id, { by, within }]) => `${id} by ${by}${within ? ' within' : ''}`,
      );
      assert.deepEqual(planned.sort(), plainDomination(variants, exact).toSorted());
    });
  });

  it('treats many variants like few', () => {
    fc.assert(
      fc.property(catalogueOf(34, 70), (variants) => {
        const expected = variants.filter((one) => isDominatedBy(one, variants, exact)).map(({ variant }) => variant.id);
        assert.deepEqual([...planDomination(variants, terms, exact).keys()].sort(), expected.toSorted());
      }),
      { numRuns: 20 },
    );
  });

  it('compares with variants that are kept in any case, which it does not return', () => {
    holds((variants) => {
      const dominated = plan(variants);
      const kept = variants.filter(({ variant }) => !dominated.has(variant.id));
      const rest = variants.filter(({ variant }) => dominated.has(variant.id));
      const again = planDomination(rest, terms, params, kept);
      assert.deepEqual([...again.keys()].sort(), [...dominated.keys()].sort());
    });
  });

  it('does not depend on the order, nor on variants that dominate none', () => {
    fc.assert(
      fc.property(catalogue, fc.nat(), (variants, seed) => {
        const dominated = plan(variants);
        const turned = [
          ...variants.slice(seed % (variants.length + 1)),
          ...variants.slice(0, seed % (variants.length + 1)),
        ];
        assert.deepEqual(new Map(dominated), new Map([...plan(turned)]));
        for (const one of variants) {
          const others = variants.filter((other) => other !== one);
          if (others.some((other) => dominates(one, other))) continue;
          const expected = new Map(dominated);
          expected.delete(one.variant.id);
          assert.deepEqual(new Map(plan(others)), expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never removes the front of accuracy and latency by more than the margin', () => {
    holds((variants) => {
      const dominated = plan(variants);
      const points = variants.flatMap(({ variant, measurements }) =>
        measurements.flatMap(({ hardwareClass, result }) => {
          if (hardwareClass !== cpu || result.kind !== 'measured' || result.accuracy === undefined) return [];
          const { points } = result.profile;
          if ((points.at(-1)?.batch ?? 0) < 8) return [];
          return [{ id: variant.id, accuracy: result.accuracy.value, x: p99At(result.profile, 8) }];
        }),
      );
      const kept = points.filter(({ id }) => !dominated.has(id));
      for (const { id, accuracy, x } of paretoFront(points)) {
        const limit = x * (1 + params.latencyMargin);
        assert.ok(
          kept.some((other) => other.accuracy >= accuracy && other.x <= limit),
          id,
        );
      }
    });
  });
});

/** Returns whether it holds on some class. */
const dominates = (one: MeasuredVariant, other: MeasuredVariant): boolean =>
  [cpu, gpu].some((hardwareClass) => dominatesOn(hardwareClass, one, other, params));

/** Returns whether the variant dominates, through others, one that dominates it. */
function isInCircle(one: MeasuredVariant, all: readonly MeasuredVariant[]): boolean {
  const reached = new Set<MeasuredVariant>();
  const open = [one];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const other of all) {
      if (reached.has(other) || !dominates(next, other)) continue;
      reached.add(other);
      open.push(other);
    }
  }
  return reached.has(one);
}
