import assert from 'node:assert/strict';
import { arrivalsOf, cutTrace, lengthOf, type Trace } from '../../src/index.js';

describe('cutTrace', () => {
  it('keeps the times in the range, and the time after the last one', () => {
    const part = cutTrace({ form: 'times', timesMs: [0, 10, 10, 40, 100], lengthMs: 150 }, { fromMs: 10, toMs: 100 });
    assert.deepEqual(part, { form: 'times', timesMs: Float64Array.of(0, 0, 30), lengthMs: 90 });
    assert.deepEqual([arrivalsOf(part), lengthOf(part)], [3, 90]);
  });

  it('joins the intervals of the range that have data', () => {
    const trace: Trace = { form: 'counts', counts: [1, 2, 4, 8], startsMs: [0, 10, 40, 50], intervalMs: 10 };
    const part = cutTrace(trace, { fromMs: 10, toMs: 50 });
    assert.deepEqual(part, { form: 'counts', counts: Float64Array.of(2, 4), intervalMs: 10 });
    assert.deepEqual([arrivalsOf(part), lengthOf(part), lengthOf(trace)], [6, 20, 60]);
    assert.deepEqual(cutTrace(part, { fromMs: 10, toMs: 20 }), { ...part, counts: Float64Array.of(4) });
  });

  it('returns nothing of a range after the end', () => {
    const part = cutTrace({ form: 'times', timesMs: [0, 10] }, { fromMs: 50, toMs: 60 });
    assert.deepEqual([arrivalsOf(part), lengthOf(part)], [0, 0]);
  });
});
