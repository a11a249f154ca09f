import assert from 'node:assert/strict';
import { arrivalsOf, cutTrace, lengthOf, type Trace } from '../../src/index.js';

const segment = { ratePerSecond: 2, law: 'gamma', shape: 1 } as const;
const clients: Trace = {
  form: 'clients',
  lengthMs: 3_000,
  clients: [
    { seed: 1, segments: [{ ...segment, startMs: 0, endMs: 3_000 }] },
    { seed: 2, segments: [{ ...segment, startMs: 2_000, endMs: 3_000 }] },
  ],
};

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

  it('cuts the segments of clients', () => {
    const part = cutTrace(clients, { fromMs: 500, toMs: 1_500 });
    assert.deepEqual(part, {
      form: 'clients',
      lengthMs: 1_000,
      clients: [
        { seed: 1, segments: [{ ...segment, startMs: 0, endMs: 1_000 }] },
        { seed: 2, segments: [] },
      ],
    });
    assert.deepEqual([arrivalsOf(part), arrivalsOf(clients)], [2, 8]);
  });

  it('returns nothing of a range after the end', () => {
    const part = cutTrace({ form: 'times', timesMs: [0, 10] }, { fromMs: 50, toMs: 60 });
    assert.deepEqual([arrivalsOf(part), lengthOf(part)], [0, 0]);
  });
});
