import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addInferCounts, inferCountsSince, milliseconds, noCounts, type InferCounts } from '../src/index.js';

const plain = { noNullPrototype: true };
const timed = fc.record({ count: fc.nat(1_000), ns: fc.nat(1_000_000) }, plain);
const batch = fc.record(
  {
    batchSize: fc.integer({ min: 1, max: 1_000 }),
    executions: fc.nat(100),
    computeInputNs: fc.nat(1_000),
    computeInferNs: fc.nat(1_000),
    computeOutputNs: fc.nat(1_000),
  },
  plain,
);
const counts: fc.Arbitrary<InferCounts> = fc.record(
  {
    ...{ success: timed, fail: timed, queue: timed, computeInput: timed, computeInfer: timed, computeOutput: timed },
    batches: fc.uniqueArray(batch, { selector: ({ batchSize }) => batchSize, maxLength: 100 }),
    lastInferenceAgeMs: fc.option(fc.nat().map(milliseconds), { nil: undefined }),
  },
  plain,
);
const executions = ({ batches }: InferCounts): number => batches.reduce((sum, one) => sum + one.executions, 0);

describe('counts of inferences', () => {
  it('are restored by adding their difference', () => {
    fc.assert(
      fc.property(counts, counts, (before, more) => {
        const now = addInferCounts(before, more);
        const since = inferCountsSince(now, before);
        assert.deepEqual([since.success, since.queue], [more.success, more.queue]);
        assert.equal(executions(since), executions(more));
        const again = addInferCounts(before, since);
        assert.deepEqual([again.computeInfer, again.fail], [now.computeInfer, now.fail]);
        assert.equal(executions(again), executions(now));
      }),
    );
  });

  it('have no negative difference', () => {
    fc.assert(
      fc.property(counts, counts, (now, before) => {
        const { success, batches } = inferCountsSince(now, before);
        assert.ok(success.count >= 0 && success.ns >= 0 && batches.every((one) => one.executions >= 0));
      }),
    );
  });

  it('keep a bounded number of batch sizes and all executions', () => {
    const one = (batchSize: number): InferCounts => ({
      ...noCounts,
      batches: [{ batchSize, executions: 1, computeInputNs: 1, computeInferNs: 1, computeOutputNs: 1 }],
    });
    const sizes = Array.from({ length: 500 }, (_, i) => i + 1);
    const all = sizes.map(one).reduce(addInferCounts, noCounts);
    assert.equal(executions(all), 500);
    assert.deepEqual(
      all.batches.slice(63).map((batch) => [batch.batchSize, batch.executions]),
      [
        [64, 1],
        [128, 64],
        [256, 128],
        [512, 244],
      ],
    );
  });

  it('keep the age of the later inference', () => {
    const aged = (age: number | undefined): InferCounts => ({
      ...noCounts,
      lastInferenceAgeMs: age === undefined ? undefined : milliseconds(age),
    });
    assert.equal(addInferCounts(aged(7), aged(3)).lastInferenceAgeMs, 3);
    assert.equal(addInferCounts(aged(undefined), aged(3)).lastInferenceAgeMs, 3);
    assert.equal(addInferCounts(noCounts, noCounts).lastInferenceAgeMs, undefined);
  });
});
