import assert from 'node:assert/strict';
import { planFrontiers, type ClassFrontier } from '../../../src/commands/frontier/plan-frontiers.js';
import { digits, fakeMeasurement, fakeTask, fakeVariant, type FakeVariant } from '../../support/fake-description.js';

const task = fakeTask('digits');

function plan(variants: readonly FakeVariant[], batch?: number): ClassFrontier {
  const [frontier] = planFrontiers({ task, variants: variants.map(fakeVariant) }, batch);
  return frontier ?? assert.fail('no frontier');
}

const namesOf = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name);

describe('planFrontiers', () => {
  it('contains the points that no other point beats in accuracy and latency, or in accuracy and cost', () => {
    const { front, charts } = plan([
      { name: 'a:fast', accuracy: 0.9, p50Ms: 1, costPer1k: 3e-6 },
      { name: 'a:cheap', accuracy: 0.9, p50Ms: 2, costPer1k: 1e-6 },
      { name: 'a:worse', accuracy: 0.89, p50Ms: 2, costPer1k: 3e-6 },
      { name: 'a:best', accuracy: 0.95, p50Ms: 3, costPer1k: 4e-6 },
    ]);
    assert.deepEqual(
      front.map(({ key, name, isFastest, isCheapest }) => [key, name, isFastest, isCheapest]),
      [
        ['1', 'a:fast', true, false],
        ['2', 'a:cheap', false, true],
        ['3', 'a:best', true, true],
      ],
    );
    const kinds = charts.map(({ marks }) => marks.map(({ kind }) => kind));
    assert.deepEqual(kinds, [
      ['front', 'other', 'other', 'front'],
      ['other', 'front', 'other', 'front'],
    ]);
  });

  it('contains only the fastest and the cheapest of variants with equal accuracy', () => {
    const { front } = plan([
      { name: 'a:original', accuracy: 0.95, p50Ms: 4, costPer1k: 4e-6, accuracyRank: 1 },
      { name: 'a:int8', accuracy: 0.948, p50Ms: 2, costPer1k: 2e-6, accuracyRank: 1 },
      { name: 'b:original', accuracy: 0.94, p50Ms: 3, costPer1k: 3e-6, accuracyRank: 2 },
      { name: 'b:int8', accuracy: 0.93, p50Ms: 1, costPer1k: 1e-6, accuracyRank: 3 },
    ]);
    assert.deepEqual(namesOf(front), ['b:int8', 'a:int8']);
  });

  it('draws errors of regression with the lowest at the top, and leaves out infinite ones', () => {
    const metric = 'rmse';
    const { charts, front, omitted } = plan([
      { name: 'a:original', metric, accuracy: 0.6, p50Ms: 2 },
      { name: 'a:int8', metric, accuracy: 0.5, p50Ms: 1 },
      { name: 'a:fp16', metric, accuracy: 0, p50Ms: 1 },
    ]);
    assert.deepEqual(namesOf(front), ['a:int8', 'a:original']);
    assert.deepEqual(omitted, [{ name: 'a:fp16', why: 'some of its answers are not finite' }]);
    const [{ title, yLabel, formatY, marks } = assert.fail()] = charts;
    assert.deepEqual([title, yLabel], ['rmse against latency', 'rmse']);
    const best = marks.find(({ name }) => name === 'a:original') ?? assert.fail();
    assert.deepEqual([formatY(best.y, 1), formatY(best.y, 0.5)], ['53', '53.3']);
    assert.ok(best.low < best.y && best.y < best.high && best.high < 0);
    assert.ok(marks.every(({ y }) => y <= best.y));
    assert.match(best.accuracy, /^rmse 53\.33 \(/);
  });

  it('excludes denied, quarantined and dominated variants', () => {
    const { front, charts } = plan([
      { name: 'a:original', accuracy: 0.9, p50Ms: 2 },
      { name: 'a:denied', accuracy: 0.99, p50Ms: 1, denied: 'by ann' },
      { name: 'a:ill', accuracy: 0.99, p50Ms: 1, quarantineReason: 'it crashed' },
      { name: 'a:dominated', accuracy: 0.9, p50Ms: 2, dominatedBy: 'a:original' },
    ]);
    assert.deepEqual(namesOf(front), ['a:original']);
    assert.deepEqual(
      charts[0]?.marks.map(({ kind }) => kind),
      ['front', 'aside', 'aside', 'aside'],
    );
  });

  it('uses one batch size, and is empty beyond the measured sizes', () => {
    const { points, batch } = plan([{ name: 'a:original', p50Ms: 1, costPer1k: 4e-6 }], 3);
    assert.equal(batch, 3);
    const [point] = points;
    assert.ok((point?.p99Ms ?? 0) > 1.2 * 2 ** 0.7 && (point?.p99Ms ?? 0) < 1.2 * 4 ** 0.7);
    // Costs are quoted at batch 8, at which the time per item is shortest.
    assert.ok((point?.costPer1k ?? 0) > 4e-6);
    const beyond = planFrontiers({ task, variants: [fakeVariant({ name: 'a:original' })] }, 9);
    assert.deepEqual(beyond, []);
  });

  it('plans a frontier for each hardware class', () => {
    const gpu = 'cuda/l4/none/23g';
    const variant = fakeVariant({ name: 'a:original' });
    const both = {
      ...variant,
      measurements: [...variant.measurements, fakeMeasurement({ name: 'a:original', hardwareClass: gpu })],
    };
    const one = fakeVariant({ name: 'a:fp16@cuda', hardwareClass: gpu, accuracy: 0.95, p50Ms: 2 });
    const frontiers = planFrontiers({ task, variants: [both, one] }, undefined);
    assert.deepEqual(
      frontiers.map(({ hardwareClass, front }) => [hardwareClass, namesOf(front)]),
      [
        [gpu, ['a:original', 'a:fp16@cuda']],
        [variant.measurements[0]?.hardwareClass, ['a:original']],
      ],
    );
  });

  it('uses the newest measured version', () => {
    const { points } = plan([
      { name: 'a:original', version: 1, accuracy: 0.9 },
      { name: 'a:original', version: 2, accuracy: 0.95 },
    ]);
    assert.deepEqual(
      points.map(({ accuracy }) => accuracy.value),
      [0.95],
    );
  });

  it('shows costs per million answers with three digits', () => {
    const [, chart] = plan([{ name: 'a:original', costPer1k: 2e-8 }]).charts;
    assert.equal(chart?.xLabel, 'USD per million answers');
    assert.deepEqual(
      [0.0123456, 2e-5, 2e-11].map((costPer1k) => chart.formatX(costPer1k)),
      ['12.3', '0.02', '0.00000002'],
    );
    assert.equal(plan([{ name: 'a:original', costPer1k: 0 }]).charts.length, 1);
  });

  it('has at least three points for the digits family', () => {
    assert.ok((planFrontiers(digits, undefined)[0]?.front.length ?? 0) >= 3);
  });
});
