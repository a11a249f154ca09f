import { deepEqual, ok } from 'node:assert/strict';
import { judgeRow } from '@pareto/testkit';
import type { Outcome } from '../../fidelity/outcome.js';
import { compareRows } from '../../fidelity/rows.js';
import { halfWidth } from '../../report/half-width.js';

const outcome = (attainment: number, fields: Partial<Outcome> = {}): Outcome => ({
  ...{ attainment, goodput: 100 * attainment, usd: 0.001, failed: 0, p50Ms: 20, p99Ms: 100, perSecond: [attainment] },
  ...fields,
});

/** Returns whether each limit holds, by the name of the figure. */
const holds = (real: readonly Outcome[], simulated: readonly Outcome[]): Readonly<Record<string, boolean>> =>
  Object.fromEntries(
    compareRows({ name: 'load', real, simulated })
      .map(judgeRow)
      .flatMap(({ name, holds: isMet }) =>
        isMet === null ? [] : [[name.slice('load: '.length).replace(', difference', ''), isMet]],
      ),
  );

describe('the rows of the fidelity of the simulator', () => {
  it('have half of the width of the 95 % interval of the mean', () => {
    // Student's t with 4 degrees of freedom: 2.776.
    const half = halfWidth([1, 2, 3, 4, 5]);
    ok(Math.abs(half - (2.776 * Math.sqrt(2.5)) / Math.sqrt(5)) < 0.01, `${half}`);
  });

  it('hold if all figures are within their limits', () => {
    const simulated = [outcome(0.805, { goodput: 83, usd: 0.00104, p99Ms: 114 })];
    deepEqual(holds([outcome(0.8), outcome(0.8)], simulated), {
      ...{ attainment: true, goodput: true, cost: true, p99: true, 'queries that failed, real': true },
    });
  });

  it('are missed beyond the limits', () => {
    const simulated = [outcome(0.815, { goodput: 85, usd: 0.0009, p99Ms: 80 })];
    deepEqual(holds([outcome(0.8), outcome(0.8, { failed: 1 })], simulated), {
      ...{ attainment: false, goodput: false, cost: false, p99: false, 'queries that failed, real': false },
    });
  });

  it('allow more for the attainment if the real runs differ', () => {
    ok(holds([outcome(0.78), outcome(0.82)], [outcome(0.83)])['attainment']);
  });
});
