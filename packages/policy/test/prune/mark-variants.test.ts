import assert from 'node:assert/strict';
import { markVariants, type PlacementVariant } from '../../src/index.js';
import { buildSelectionRule } from '@pareto/testkit';
import { architecture, task, variant, type VariantFields } from '../support/fixture.js';
import { wrongOn } from '../support/scores.js';

const slow = (id: string, fields: VariantFields = {}): PlacementVariant => variant(id, { p50Ms: 10, ...fields });
const fast = (id: string, fields: VariantFields = {}): PlacementVariant => variant(id, { p50Ms: 5, ...fields });

function marks(
  variants: readonly PlacementVariant[],
  fields: Partial<Parameters<typeof markVariants>[0]> = {},
): readonly string[] {
  const catalogue = {
    tasks: [task('digits'), task('words')],
    architectures: [architecture('a'), architecture('b')],
    rules: [],
    prices: { 'cpu/': 0.048 },
    ...fields,
  };
  const marked = markVariants({ ...catalogue, variants });
  assert.deepEqual(
    marked.map((one) => one.variant),
    variants.map((one) => one.variant),
  );
  return marked.flatMap(({ variant: { id, version }, dominatedBy, dominatedWithin }) =>
    dominatedBy === undefined ? [] : [`${id}/${version} by ${dominatedBy}${dominatedWithin ? ' within' : ''}`],
  );
}

describe('markVariants', () => {
  it('marks variants within an architecture and across a task', () => {
    const variants = [slow('a:original'), slow('a:fp16', { p50Ms: 8 }), fast('b:original')];
    assert.deepEqual(marks(variants), ['a:original/1 by b:original within', 'a:fp16/1 by b:original']);
  });

  it('names a dominator that is not dominated', () => {
    const all = [slow('a:original'), fast('a:fp16', { p50Ms: 4 }), fast('b:original')];
    assert.deepEqual(marks(all), ['a:original/1 by a:fp16 within', 'b:original/1 by a:fp16']);
  });

  it('compares only within a task', () => {
    assert.deepEqual(marks([slow('a:original'), fast('b:original', { task: 'words' })]), []);
  });

  it('ignores denied and quarantined variants', () => {
    const variants = [slow('a:original'), fast('a:fp16')];
    assert.deepEqual(marks([slow('a:original'), fast('a:fp16', { quarantineReason: 'kills' })]), []);
    assert.deepEqual(marks(variants, { rules: [buildSelectionRule('deny', 'a:fp16')] }), []);
    assert.deepEqual(marks(variants, { rules: [buildSelectionRule('deny', 'a:fp16', { task: 'words' })] }).length, 1);
    assert.deepEqual(marks(variants, { rules: [buildSelectionRule('pin', 'a:original')] }).length, 1);
  });

  it('marks no variant of an architecture that keeps all, whose variants still dominate others', () => {
    const architectures = [architecture('a', { keepAll: true }), architecture('b')];
    const variants = [slow('a:original'), fast('a:fp16'), slow('b:original')];
    assert.deepEqual(marks(variants, { architectures }), ['b:original/1 by a:fp16']);
  });

  it('compares an older version as if it were current', () => {
    const architectures = [architecture('a', { version: 2 }), architecture('b')];
    const older = [slow('a:original'), slow('a:fp16', { p50Ms: 8 })];
    const newer = [fast('a:original', { version: 2, p50Ms: 3 }), fast('a:fp16', { version: 2, p50Ms: 2 })];
    assert.deepEqual(marks([...older, ...newer, slow('b:original')], { architectures }), [
      'a:original/1 by a:fp16 within',
      'a:original/2 by a:fp16 within',
    ]);
  });

  it('ignores versions in a rollout when comparing other architectures', () => {
    const architectures = [architecture('a', { version: 2 }), architecture('b')];
    const older = slow('a:original', { accuracy: 0.8 });
    const newer = fast('a:original', { version: 2, accuracy: 0.95 });
    assert.deepEqual(marks([older, newer, slow('b:original')], { architectures }), ['a:original/1 by b:original']);
    assert.deepEqual(marks([newer, slow('b:original')], { architectures }), ['b:original/1 by a:original']);
    const best = fast('b:original', { accuracy: 0.99, p50Ms: 1 });
    assert.deepEqual(marks([older, newer, best], { architectures }), [
      'a:original/1 by b:original',
      'a:original/2 by b:original',
    ]);
  });

  it('compares versions in a rollout only with variants of other architectures that are kept', () => {
    const architectures = [architecture('a', { version: 2 }), architecture('b')];
    // Among all of them, `a:fast` would be dominated by `b:original`, which `a:small` would save from `b:fp16`.
    const variants = [
      variant('a:original'),
      variant('a:small', { version: 2, p50Ms: 10.8, memoryMib: 79 }),
      variant('a:fast', { version: 2, p50Ms: 9.6, memoryMib: 112 }),
      variant('b:original', { p50Ms: 10, memoryMib: 100 }),
      variant('b:fp16', { p50Ms: 10.4, memoryMib: 88 }),
    ];
    assert.deepEqual(marks(variants, { architectures }), ['b:original/1 by b:fp16 within']);
  });

  describe('with the scores of the samples', () => {
    const trained = wrongOn(2_000, [0, 100]);
    const equal = wrongOn(2_000, [0, 103]);

    it('does not mark a model as dominated because of one sample', () => {
      const better = wrongOn(2_000, [1, 100]);
      assert.deepEqual(marks([slow('a:original', { scored: trained }), slow('a:fp16', { scored: better })]), []);
      const few = slow('a:int8', { p50Ms: 10.2, scored: wrongOn(300, [1, 9]), memoryMib: 50 });
      assert.deepEqual(marks([slow('a:original', { scored: wrongOn(300, [0, 9]) }), few]), []);
    });

    it('marks what is slower for an equal accuracy, whichever estimate is higher', () => {
      const expected = ['a:fp16/1 by a:original within'];
      for (const [of, made] of [
        [trained, equal],
        [equal, trained],
      ] as const) {
        assert.deepEqual(
          marks([slow('a:original', { scored: of }), slow('a:fp16', { p50Ms: 40, scored: made })]),
          expected,
        );
      }
    });

    it('marks a model as dominated by a faster equal file, but not by one whose difference may be above the margin', () => {
      const original = slow('a:original', { scored: trained });
      assert.deepEqual(marks([original, fast('a:int8', { scored: equal })]), ['a:original/1 by a:int8 within']);
      const lucky = wrongOn(2_000, [82, 160]);
      assert.deepEqual(marks([original, fast('a:int8', { scored: lucky })]), []);
    });

    it('ranks by pairs among the task and within the architecture', () => {
      const variants = [
        slow('a:original', { scored: trained }),
        slow('a:fp16', { scored: equal }),
        slow('b:original', { scored: wrongOn(2_000, [0, 300]) }),
        slow('b:int4', { scored: wrongOn(2_000, [0, 400]) }),
      ];
      const catalogue = { tasks: [task('digits')], architectures: [architecture('a'), architecture('b')] };
      const marked = markVariants({ ...catalogue, variants, rules: [], prices: {} });
      const ranks = marked.flatMap(({ accuracyMarks }) => [...accuracyMarks.values()]);
      assert.deepEqual(
        ranks.map(({ rank, rankWithin }) => [rank, rankWithin]),
        [
          [1, 1],
          [1, 1],
          [2, 1],
          [3, 2],
        ],
      );
    });
  });

  it('marks variants that disagree with the original, which then have no rank and dominate nothing', () => {
    const variants = [slow('a:original'), fast('a:int4', { agreement: 0.35 }), slow('a:fp16', { agreement: 0.81 })];
    const marksFor = (minAgreement?: number): readonly unknown[] => {
      const tasks = [{ ...task('digits'), ...(minAgreement === undefined ? {} : { minAgreement }) }];
      const marked = markVariants({ tasks, architectures: [architecture('a')], variants, rules: [], prices: {} });
      return marked.map(({ accuracyMarks, dominatedBy }) => {
        const [mark] = accuracyMarks.values();
        return [mark?.disagreement, mark?.rank === undefined, dominatedBy];
      });
    };
    const few = 'agrees with the original on 35 % of the samples, fewer than 80 %';
    const kept = [undefined, false, undefined];
    assert.deepEqual(marksFor(), [kept, [few, true, undefined], kept]);
    assert.match(String(marksFor(0.9)[2]), /on 81 % of the samples, fewer than 90 %/);
    assert.deepEqual(marksFor(0.3), [[undefined, false, 'a:int4'], kept, [undefined, false, 'a:int4']]);
  });
});
