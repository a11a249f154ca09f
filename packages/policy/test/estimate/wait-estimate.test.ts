import assert from 'node:assert/strict';
import { createWaitEstimate } from '../../src/estimate/wait-estimate.js';

/** Offers queries that are expected to take 40 ms, of which a batch takes 10, with these times to spare and errors. */
function estimate(sparesMs: readonly number[], errorsMs: readonly number[]) {
  const wait = createWaitEstimate();
  for (let now = 0; now < 256; now++) {
    wait.observe(40 + (errorsMs[now % errorsMs.length] ?? 0), 40, 10, now);
    wait.offered(40 + (sparesMs[now % sparesMs.length] ?? 0), 40, 10, now);
  }
  return { wait, marginMs: wait.promisedMs(40, 10, 256) - 40 };
}

/** `count` values of which the last one is `last`, and the others are 0. */
const rarely = (count: number, last: number) => [...new Array<number>(count - 1).fill(0), last];

describe('the estimate of waits', () => {
  it('allows for the error of most queries if all have little time to spare', () => {
    assert.equal(estimate([0, 5, 10, 15, 20], [10]).marginMs, 10);
    assert.equal(estimate([0, 5, 10, 15, 20], rarely(16, 10)).marginMs, 10, 'one in 16 would be too many');
  });

  it('allows for no error that few queries have if others could spare it', () => {
    assert.equal(estimate([0, 5, 100], rarely(128, 50)).marginMs, 0);
    const { marginMs } = estimate([...new Array<number>(30).fill(45), 0, 60], rarely(64, 50));
    assert.equal(marginMs, 50, 'one in 64 of those with 45 ms would be late, which is too many');
  });

  it('admits no query that is late with a probability of a fifth, however many others are not at risk', () => {
    const { marginMs } = estimate([...new Array<number>(63).fill(29), 0], [...new Array<number>(7).fill(0), 20, 30]);
    assert.ok(marginMs >= 20, `${marginMs}`);
  });

  it('allows for no error that no query has the time for', () => {
    assert.equal(estimate([0, 5, 10], [0, 0, 1_000]).marginMs, 0, 'a third of the queries met a pause');
    assert.equal(estimate([0, 5, 10], [0, 10, 1_000]).marginMs, 10);
  });

  it('allows for no more time than queries were late by, however many batches others wait for', () => {
    const after = (errorsMs: readonly number[], slackMs: number) => {
      const wait = createWaitEstimate();
      for (let now = 0; now < 256; now++) {
        wait.observe(1 + (errorsMs[now % errorsMs.length] ?? 0), 1, 1, now);
        wait.offered(1 + slackMs, 1, 1, now);
      }
      return wait;
    };
    const paused = after([1_000], 8_000);
    assert.equal(paused.promisedMs(1, 1, 256), 1 + 1_000);
    assert.equal(paused.promisedMs(100, 10, 256), 100 + 1_000, 'instead of 1000 × √(100 × 10)');
    assert.equal(after([0, 10, 1_000], 20).promisedMs(5, 100, 256), 5 + 10, 'none has the time for a second');
  });

  it('takes less time for granted if queries take less, in proportion to the root of the expected time', () => {
    const { wait, marginMs } = estimate([-20, -10, 0, 10], [-10]);
    assert.equal(marginMs, -10);
    assert.equal(wait.promisedMs(160, 10, 256), 140);
    assert.equal(wait.promisedMs(5, 10, 256), 0, 'as for a batch, and never less than none');
  });

  it('forgets with time, and learns nothing without a profile', () => {
    const { wait } = estimate([0, 5, 10], [10]);
    assert.equal(wait.promisedMs(40, 10, 10_000), 40);
    const unknown = createWaitEstimate();
    for (let now = 0; now < 64; now++) {
      unknown.observe(50, 0, 0, now);
      unknown.offered(50, 0, 0, now);
    }
    assert.equal(unknown.promisedMs(40, 10, 64), 40);
  });
});
