import assert from 'node:assert/strict';
import { policyRows, shapeRows, sizedRows, type ComparedTotals } from '../../policy/rows.js';

const latency = { p50Ms: 5, p95Ms: 20, p99Ms: 30 };
const totals = (fields: Partial<ComparedTotals>): ComparedTotals => ({
  ...{ asked: 100, answered: 90, onTime: 80, accuracySum: 72, onTimeAccuracySum: 64, usd: 0.4, latency, measured: [] },
  ...fields,
});

describe('the rows of policies', () => {
  it('count all queries that were not answered on time as missed', () => {
    const rows = policyRows('tuning', [{ policy: 'infaas', totals: [totals({}), totals({ onTime: 60 })] }]);
    const valueOf = (name: string): number | undefined =>
      rows.find((row) => row.name === `tuning: infaas: ${name}`)?.value;
    const names = ['attainment', 'attainment, least', 'attainment, most', 'accuracy of the answers', 'cost'];
    assert.deepEqual(names.map(valueOf), [70, 60, 80, 80, 0.4]);
    assert.equal(valueOf('accuracy over all queries'), 64);
    assert.equal(valueOf('p99'), 30);
  });

  it('state the bound of the clairvoyant, and the costs divided by it', () => {
    const bound = { usd: 0.1, attainment: 0.99 };
    const rows = policyRows('tuning', [
      { policy: 'infaas', totals: [totals({}), totals({ usd: 0.6 })] },
      {
        policy: 'clairvoyant',
        totals: [totals({ usd: 0.2, bound }), totals({ usd: 0.3, bound: { ...bound, usd: 0.3 } })],
      },
    ]);
    const valueOf = (name: string): number | undefined => rows.find((row) => row.name === `tuning: ${name}`)?.value;
    assert.deepEqual(['bound: attainment', 'bound: cost'].map(valueOf), [99, 0.2]);
    const ratio = 'cost over the bound';
    assert.deepEqual([`infaas: ${ratio}`, `infaas: ${ratio}, most`, `clairvoyant: ${ratio}`].map(valueOf), [3, 4, 1.5]);
  });

  it('judge ours by the end of the 95 % interval that is farther from the target', () => {
    const measures = [{ name: 'time', unit: 's', reach: { atMost: 10 }, valueOf: () => NaN }];
    const of = (...values: readonly number[]): readonly ComparedTotals[] =>
      values.map((value) => totals({ measured: [value] }));
    const policies = [
      { policy: 'pareto', totals: of(8, 9, 10) },
      { policy: 'infaas', totals: of(20, 30) },
    ];
    const rows = shapeRows('step', policies, measures);
    const judged = rows.filter(({ reach }) => reach !== undefined);
    assert.deepEqual(
      judged.map(({ name }) => name),
      ['step: pareto: time, end of the 95 % interval'],
    );
    // Three values have a mean of 9, a deviation of 1 and a quantile of 4.303, which is approximated.
    assert.ok(Math.abs((judged[0]?.value ?? NaN) - (9 + 4.303 / Math.sqrt(3))) < 0.15);
    assert.equal(rows.find(({ name }) => name === 'step: infaas: time')?.value, 25);
  });

  it('compare the violations where infaas has some', () => {
    const policies = [
      { policy: 'pareto', totals: [totals({ onTime: 99 }), totals({ onTime: 98 }), totals({ onTime: 95 })] },
      { policy: 'infaas', totals: [totals({ onTime: 80 }), totals({ onTime: 90 }), totals({ onTime: 99.5 })] },
    ];
    const rows = sizedRows('sized', policies, 99);
    const row = rows.find(({ name }) => name === "sized: pareto: violations over infaas's, most");
    assert.deepEqual([row?.value, row?.reach], [0.2, { atMost: 0.2 }]);
    const attainment = rows.find(({ name }) => name === 'sized: pareto: attainment, end of the 95 % interval');
    assert.deepEqual(attainment?.reach, { above: 99 });
    assert.equal(rows.find(({ name }) => name === "sized: pareto: accuracy above infaas's, least")?.value, 0);
  });
});
