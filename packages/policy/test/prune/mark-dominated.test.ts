import assert from 'node:assert/strict';
import { markDominated, type PlacementVariant } from '../../src/index.js';
import { buildSelectionRule } from '@pareto/testkit';
import { architecture, task, variant, type VariantFields } from '../support/fixture.js';

const slow = (id: string, fields: VariantFields = {}): PlacementVariant => variant(id, { p50Ms: 10, ...fields });
const fast = (id: string, fields: VariantFields = {}): PlacementVariant => variant(id, { p50Ms: 5, ...fields });

function marks(
  variants: readonly PlacementVariant[],
  fields: Partial<Parameters<typeof markDominated>[0]> = {},
): readonly string[] {
  const catalogue = {
    tasks: [task('digits'), task('words')],
    architectures: [architecture('a'), architecture('b')],
    rules: [],
    prices: { 'cpu/': 0.048 },
    ...fields,
  };
  const marked = markDominated({ ...catalogue, variants });
  assert.deepEqual(
    marked.map((one) => one.variant),
    variants.map((one) => one.variant),
  );
  return marked.flatMap(({ variant: { id, version }, dominatedBy, dominatedWithin }) =>
    dominatedBy === undefined ? [] : [`${id}/${version} by ${dominatedBy}${dominatedWithin ? ' within' : ''}`],
  );
}

describe('markDominated', () => {
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
});
