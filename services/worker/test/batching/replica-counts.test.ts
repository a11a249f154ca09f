import assert from 'node:assert/strict';
import { milliseconds, type InferCounts } from '@pareto/core';
import type { RunOutcome } from '@pareto/runtime';
import { createManualClock } from '@pareto/testkit';
import type { CheckedQuery } from '../../src/requests/check-request.js';
import type { Intake } from '../../src/batching/intake.js';
import { notExecutedError } from '../../src/refusals/rejection.js';
import type { ReplicaCounts } from '../../src/batching/replica-counts.js';
import { createTestDriver, createTestReplica, type TestDriver, type TestReplica } from '../support/test-replica.js';

const ms = 1e6;

const query = (items: number): CheckedQuery => ({
  ...{
    items,
    bytes: items,
    outputs: [],
    classes: new Map(),
    batchKey: '',
    shapes: undefined,
    typed: false,
    priority: Infinity,
  },
  inputs: [{ name: 'x', datatype: 'UINT8', shape: [items, 1], data: [Buffer.alloc(items)] }],
});

describe('replica counts', () => {
  const clock = createManualClock();
  let driver: TestDriver;
  let replica: TestReplica;
  let counts: ReplicaCounts;
  let intake: Intake;
  let runs: ((outcome: RunOutcome) => void)[];
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const done = (items: number, computeMs: number): RunOutcome => ({
    kind: 'done',
    computeMs: milliseconds(computeMs),
    outputs: [{ name: 'y', datatype: 'UINT8', shape: [items, 1], data: Buffer.alloc(items) }],
  });
  const send = (items: number, cancellation = new AbortController().signal): Promise<unknown> => {
    const options = {
      cancellation,
      receivedAt: clock.now(),
      enqueuedAt: clock.now(),
      dueAt: Infinity,
      deadlineAt: Infinity,
    };
    const answered = new Promise((resolve, reject) => intake.infer(query(items), options, { resolve, reject }));
    answered.catch(() => undefined);
    return answered;
  };
  const timesOf = ({ success, fail, queue, computeInfer }: InferCounts): unknown => ({
    ...{ success, fail, queue, computeInfer },
  });

  beforeEach(() => {
    runs = [];
    driver = createTestDriver(clock);
    replica = createTestReplica(driver, clock, { ceiling: 5 });
    ({ counts, intake } = replica);
    const run = (): Promise<RunOutcome> => new Promise((end) => runs.push(end));
    replica.attach({ pid: 1, run });
  });

  it('include queries and items, with their queue and compute times', async () => {
    const answers = [send(2)];
    await settle();
    answers.push(send(1), send(3), send(2));
    await clock.advance(10);
    runs[0]?.(done(2, 9));
    await clock.advance(5);
    runs[1]?.(done(4, 4));
    await clock.advance(5);
    runs[2]?.(done(2, 5));
    await Promise.all(answers);
    const { items, executions, busyMs, counts: now } = counts.now;
    assert.deepEqual([items, executions, busyMs], [8, 3, 18]);
    assert.deepEqual(timesOf(now), {
      success: { count: 4, ns: (10 + 15 + 15 + 20) * ms },
      fail: { count: 0, ns: 0 },
      // A batch in the executor's socket is queued while the batch before it runs.
      queue: { count: 4, ns: (0 + 10 + 10 + 15) * ms },
      computeInfer: { count: 4, ns: (9 + 4 + 4 + 5) * ms },
    });
    assert.deepEqual(
      now.batches.map(({ batchSize, executions: of, computeInferNs }) => [batchSize, of, computeInferNs]),
      [
        [2, 2, 14 * ms],
        [4, 1, 4 * ms],
      ],
    );
    await clock.advance(7);
    assert.equal(counts.now.counts.lastInferenceAgeMs, 7);
    counts.encoded(4, 2);
    const { success, computeOutput, batches } = counts.now.counts;
    assert.deepEqual([success, computeOutput.ns], [{ count: 4, ns: 62 * ms }, 2 * ms]);
    assert.deepEqual(
      batches.map((batch) => [batch.executions, batch.computeOutputNs]),
      [
        [2, 0],
        [1, 2 * ms],
      ],
    );
  });

  it('include a cancelled query as failed, even if its batch succeeded', async () => {
    const caller = new AbortController();
    const answers = [send(1, caller.signal)];
    await settle();
    await clock.advance(3);
    caller.abort(new Error('enough'));
    await assert.rejects(answers[0] ?? Promise.resolve(), /enough/);
    runs[0]?.(done(1, 3));
    await settle();
    const { items, executions, counts: now } = counts.now;
    assert.deepEqual([items, executions, now.success.count, now.fail], [0, 1, 0, { count: 1, ns: 3 * ms }]);
  });

  it('include a query that the model failed on, but not one that another replica may answer', async () => {
    const failed = send(1);
    await settle();
    runs[0]?.({ kind: 'failed', message: 'no' });
    await assert.rejects(failed, /the model failed: no/);
    const { counts: now, failures } = counts.now;
    assert.deepEqual([now.fail.count, now.success.count, now.batches, failures], [1, 0, [], 1]);
    const busy = send(1);
    await settle();
    const rejected = send(1);
    replica.die();
    driver.dispatch({ kind: 'stopped' });
    await assert.rejects(rejected, {
      code: 'unavailable',
      message: notExecutedError('the replica was unloaded before it was ready').message,
    });
    assert.deepEqual([counts.now.failures, counts.now.counts.fail.count], [2, 1]);
    for (const end of runs.slice(1)) end(done(1, 1));
    await busy;
  });
});
