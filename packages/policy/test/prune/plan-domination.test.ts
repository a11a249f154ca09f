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
  ['faster by less than noise', [original, made({ p99Ms: { 1: 9.8, 8: 39 } })], []],
  ['less accurate', [original, made({ accuracy: 0.8995, p99Ms: { 1: 1, 8: 2 } })], []],
  ['more accurate', [original, made({ accuracy: 0.901 })], ['a:original by a:made']],
  ['more accurate by less than a sample', [original, made({ accuracy: 0.90004 })], []],
  ['smaller', [original, made({ memoryMib: 90 })], ['a:original by a:made']],
  ['faster, but larger', [original, made({ p99Ms: { 1: 5, 8: 20 }, memoryMib: 101 })], []],
  ['faster to load', [original, made({ loadMs: 50 })], ['a:original by a:made']],
  ['faster, but slower to load', [original, made({ p99Ms: { 1: 5, 8: 20 }, loadMs: 101 })], []],
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
];

describe('planDomination', () => {
  for (const [name, variants, expected] of cases) it(name, () => assert.deepEqual(brief(variants), expected));

  it('compares cost at the batch that the task’s latency allows', () => {
    // The larger batch of the second saves less time than that of the first; p99 differs by less than noise.
    const expensive = measured('a:original', { ...base, p99Ms: { 1: 10, 8: 40 } });
    const cheap = measured('a:made', { ...base, p99Ms: { 1: 10, 8: 36 } });
    const within = (latencyMs: number): number =>
      planDomination([expensive, cheap], { ...terms, latencyMs }, { ...params, timeNoise: 0.5 }).size;
    assert.equal(within(1000), 1);
    assert.equal(within(30), 0);
  });

  // Few distinct values, so that ties and domination are common.
  const figures: fc.Arbitrary<Figures> = fc.record({
    accuracy: fc.option(fc.constantFrom(0.8, 0.9, 0.95), { nil: undefined, freq: 8 }),
    p99Ms: fc.constantFrom<Readonly<Record<number, number>>>(
      { 1: 10, 8: 40 },
      { 1: 9, 8: 40 },
      { 1: 5, 4: 20 },
      { 1: 5, 2: 9, 8: 30 },
      { 2: 4, 8: 41 },
      { 1: 9.9, 4: 22, 16: 50 },
    ),
    memoryMib: fc.constantFrom(50, 98, 100),
    loadMs: fc.constantFrom(50, 99, 100),
  });
  const catalogue = fc
    .array(
      fc.record({
        architecture: fc.constantFrom('a', 'b', 'c'),
        onCpu: fc.option(figures, { nil: undefined, freq: 5 }),
        onGpu: fc.option(figures, { nil: undefined, freq: 2 }),
      }),
      { maxLength: 9 },
    )
    .map((all) => all.map(({ architecture, onCpu, onGpu }, i) => measured(`${architecture}:v${i}`, onCpu, onGpu)));
  const holds = (check: (variants: readonly MeasuredVariant[]) => void): void =>
    fc.assert(fc.property(catalogue, check), { numRuns: 200 });

  it('names a dominator that is not dominated itself', () => {
    holds((variants) => {
      const dominated = plan(variants);
      for (const { by } of dominated.values()) assert.equal(dominated.has(by), false);
    });
  });

  it('leaves one variant on every class that is not dominated', () => {
    holds((variants) => {
      const dominated = plan(variants);
      for (const hardwareClass of [cpu, gpu]) {
        const there = variants.filter((one) => one.measurements.some((m) => m.hardwareClass === hardwareClass));
        assert.ok(there.length === 0 || there.some(({ variant }) => !dominated.has(variant.id)));
      }
    });
  });

  it('agrees with the pairwise definition', () => {
    holds((variants) => {
      const dominated = plan(variants);
      for (const one of variants) {
        const isDominated =
          one.measurements.length > 0 &&
          one.measurements.every(({ hardwareClass }) =>
            variants.some((other) => {
              const pair = [one, other].map((each) => onlyOn(each, hardwareClass));
              return other !== one && plan(pair).has(one.variant.id);
            }),
          );
        assert.equal(dominated.has(one.variant.id), isDominated);
      }
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

  it('never removes the front of accuracy and latency', () => {
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
      // Of several equal points, at least one stays.
      const kept = new Set(points.filter(({ id }) => !dominated.has(id)).map(({ accuracy, x }) => `${accuracy} ${x}`));
      for (const { id, accuracy, x } of paretoFront(points)) assert.ok(kept.has(`${accuracy} ${x}`), id);
    });
  });
});

const onlyOn = ({ variant, measurements }: MeasuredVariant, hardwareClass: string): MeasuredVariant => ({
  variant,
  measurements: measurements.filter((one) => one.hardwareClass === hardwareClass),
});

/** Returns whether it holds on some class. */
const dominates = (one: MeasuredVariant, other: MeasuredVariant): boolean =>
  [cpu, gpu].some((hardwareClass) =>
    plan([onlyOn(one, hardwareClass), onlyOn(other, hardwareClass)]).has(other.variant.id),
  );
