// The latencies of a server that stalls, on a clock that the test advances.

import assert from 'node:assert/strict';
import { createSeededRng, milliseconds, type Clock } from '@pareto/core';
import { encodeInferResponse } from '@pareto/protocol';
import { type RawCaller } from '@pareto/rpc';
import { createManualClock, type ManualClock } from '@pareto/testkit';
import { quantileMs, runLoad, type LoadOptions, type LoadReport } from '../../src/index.js';

const answer = { modelName: 'm', modelVersion: '1', id: '', parameters: [], outputs: [] };
const { head: body } = encodeInferResponse(answer, false);
const stall = { fromMs: 4_000, toMs: 6_000 };

/** Answers after `serviceMs`, except in the stall: then at its end. */
const stallingCaller =
  (clock: Clock, serviceMs: number): RawCaller =>
  async () => {
    const now = clock.now();
    const isStalled = now >= stall.fromMs && now < stall.toMs;
    await clock.sleep(milliseconds(isStalled ? stall.toMs - now : serviceMs));
    return { body, trailers: new Map() };
  };

async function runFor(
  clock: ManualClock,
  durationMs: number,
  options: Pick<LoadOptions, 'loop'> & Partial<LoadOptions>,
): Promise<LoadReport> {
  const running = runLoad({
    classes: [{ name: '50 ms', objectiveMs: 50, payloads: [{ body: Buffer.alloc(0), label: undefined }] }],
    callers: [stallingCaller(clock, 1)],
    timeoutMs: 60_000,
    ...{ clock, rng: createSeededRng(1) },
    ...options,
  });
  await clock.advance(durationMs);
  return running;
}

/** Ten requests per second for 10 s. */
const arrivals = Array.from({ length: 100 }, (_, index) => index * 100);
const isNear = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) <= 0.02 * expected, `${value} instead of ${expected}`);

describe('a server that stalls for 2 s', function () {
  this.timeout(20_000);

  it('shows in the percentiles of an open loop', async () => {
    const { latencyMs, attainment, intervals, classes } = await runFor(createManualClock(), 10_000, {
      loop: { kind: 'open', arrivals },
    });
    // 20 of the 100 requests wait, for 100 to 2,000 ms.
    assert.equal(classes[0]?.answered, 100);
    assert.equal(attainment, 0.8);
    isNear(latencyMs.p50, 1);
    isNear(latencyMs.p90, 1_000);
    isNear(latencyMs.p95, 1_500);
    isNear(latencyMs.p99, 1_900);
    isNear(latencyMs.max, 2_000);
    const medians = intervals.map((interval) => quantileMs(interval.classes[0]?.latencies ?? [], 0.5));
    // The median of an interval with ten requests is the fifth latency.
    [1, 1, 1, 1, 1_500, 500, 1, 1, 1, 1].forEach((ms, index) => isNear(medians[index] ?? NaN, ms));
  });

  it('shows in the latencies of requests that could only be sent after it', async () => {
    const clock = createManualClock();
    // The sender itself is stalled: its sleeps end after the stall.
    const sleep: Clock['sleep'] = (delay, signal) => {
      const end = clock.now() + delay;
      const isStalled = end >= stall.fromMs && end < stall.toMs;
      return clock.sleep(milliseconds(isStalled ? stall.toMs - clock.now() : delay), signal);
    };
    const { latencyMs, sender } = await runFor(clock, 10_000, {
      loop: { kind: 'open', arrivals },
      clock: { ...clock, now: () => clock.now(), sleep },
      callers: [async () => ({ body, trailers: new Map() })],
    });
    isNear(latencyMs.p95, 1_500);
    isNear(latencyMs.max, 2_000);
    isNear(sender.lagMs.max, 2_000);
    assert.match(sender.bottleneck ?? '', /^it sent requests up to \d+\.\d ms late \(p99\)/);
  });

  it('shows only in the latencies of the requests in flight of a closed loop', async () => {
    const clock = createManualClock();
    const { latencyMs, sent } = await runFor(clock, 7_000, {
      loop: { kind: 'closed', inFlight: 2, durationMs: 7_000 },
      callers: [stallingCaller(clock, 100)],
    });
    assert.equal(sent, 2 * (40 + 1 + 10));
    isNear(latencyMs.p95, 100);
    isNear(latencyMs.max, 2_000);
  });
});

describe('a request that is sent early', function () {
  this.timeout(20_000);

  it('has its latency from its sending', async () => {
    const clock = createManualClock();
    const sleep: Clock['sleep'] = (delay, signal) => clock.sleep(milliseconds(delay - 0.4), signal);
    const { latencyMs, sender } = await runFor(clock, 2_000, {
      loop: { kind: 'open', arrivals: arrivals.slice(1, 11) },
      clock: { ...clock, now: () => clock.now(), sleep },
      callers: [stallingCaller(clock, 1)],
    });
    isNear(latencyMs.p50, 1);
    isNear(latencyMs.max, 1);
    assert.ok(sender.lagMs.max < 0.01);
  });
});

describe('the warm-up', function () {
  this.timeout(20_000);

  it('is not counted, also if its answers arrive after it', async () => {
    const clock = createManualClock();
    const outcomes: number[] = [];
    const { sent, latencyMs, intervals } = await runFor(clock, 10_000, {
      loop: { kind: 'open', arrivals },
      warmUpMs: 5_000,
      onOutcome: ({ intendedMs }) => outcomes.push(intendedMs),
    });
    assert.equal(sent, 50);
    assert.equal(intervals.length, 5);
    isNear(latencyMs.max, 1_000);
    assert.equal(outcomes.length, 100);
    assert.equal(outcomes.filter((ms) => ms < 0).length, 50);
  });
});
