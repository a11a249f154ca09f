import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { createPreciseClock } from '../../src/index.js';

describe('the precise clock', () => {
  it('reports each time of a schedule at most .5 ms early', async () => {
    using clock = createPreciseClock();
    const from = clock.now() + 300;
    const times = Float64Array.of(from, from + 0.3, from + 0.35, from + 2, from + 2, from + 300);
    const counts: number[] = [];
    await clock.wakeAt(
      times,
      (count) => {
        const last = times[count - 1] ?? NaN;
        assert.ok(clock.now() >= last - 0.5, `${clock.now()} instead of ${last} ms`);
        counts.push(count);
      },
      undefined,
    );
    assert.ok(clock.now() >= from + 299.5);
    assert.equal(counts.at(-1), times.length);
    assert.ok(counts.length > 1 && counts.every((count, at) => count > (counts[at - 1] ?? 0)), counts.join());
  });

  it('stops when its signal aborts', async () => {
    using clock = createPreciseClock();
    const aborting = new AbortController();
    let reported = 0;
    const times = Float64Array.of(clock.now(), clock.now() + 60_000);
    const onDue = (count: number): void => {
      reported = count;
      aborting.abort();
    };
    await clock.wakeAt(times, onDue, aborting.signal);
    assert.equal(reported, 1);
  });

  it('reports nothing of an empty schedule, or after an abort', async () => {
    using clock = createPreciseClock();
    const counts: number[] = [];
    const onDue = (count: number): void => void counts.push(count);
    await clock.wakeAt(new Float64Array(), onDue, undefined);
    await clock.wakeAt(Float64Array.of(clock.now() + 1), onDue, AbortSignal.abort());
    await clock.sleep(milliseconds(100));
    assert.deepEqual(counts, []);
  });

  it('rejects with the error of the function that it calls', async () => {
    using clock = createPreciseClock();
    const fail = (): void => {
      throw new Error('not sent');
    };
    await assert.rejects(clock.wakeAt(Float64Array.of(clock.now()), fail, undefined), /not sent/);
  });
});
