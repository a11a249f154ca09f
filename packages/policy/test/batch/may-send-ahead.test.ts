import assert from 'node:assert/strict';
import { maySendAhead, type ExecutorQueue } from '../../src/batch/may-send-ahead.js';
import { defaultSlotParams } from '../../src/batch/slot-params.js';

const full: ExecutorQueue = { inFlight: 1, queuedItems: 8, ceiling: 8, overhead: 0.1, othersWait: false };

/** Differences to a full batch behind one that runs, with whether it is sent ahead. */
const cases: readonly (readonly [title: string, difference: Partial<ExecutorQueue>, expected: boolean])[] = [
  ['a full batch', {}, true],
  ['a batch that may still grow', { queuedItems: 7 }, false],
  ['a single query of a model that runs no batches', { queuedItems: 1, ceiling: 1 }, true],
  ['a third batch', { inFlight: 2 }, false],
  ['a batch of a model whose runs spend no time outside of the executor', { overhead: 0.01 }, false],
  ['a batch that would run before those of others', { othersWait: true }, false],
];

describe('sending a batch ahead', () => {
  for (const [title, difference, expected] of cases) {
    it(`is ${expected ? 'allowed' : 'not allowed'} for ${title}`, () => {
      assert.equal(maySendAhead({ ...full, ...difference }, defaultSlotParams), expected);
    });
  }
});
