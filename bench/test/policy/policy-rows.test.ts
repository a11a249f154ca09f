import assert from 'node:assert/strict';
import { policyRows, type ComparedTotals } from '../../policy/rows.js';

const latency = { p50Ms: 5, p95Ms: 20, p99Ms: 30 };
const totals = (fields: Partial<ComparedTotals>): ComparedTotals => ({
  ...{ asked: 100, answered: 90, onTime: 80, accuracySum: 72, onTimeAccuracySum: 64, usd: 0.4, latency },
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
});
