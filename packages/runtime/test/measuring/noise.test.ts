import assert from 'node:assert/strict';
import { milliseconds, type ProfilePoint } from '@pareto/core';
import { buildPoint, createManualClock } from '@pareto/testkit';
import { createNoiseRetry, type NoiseRetryOptions } from '../../src/measuring/noise-retry.js';
import { noiseMark, noiseOf, type ContentionTimes, type MeasuredTimes } from '../../src/measuring/noise.js';

const ms = milliseconds;
const uncounted: ContentionTimes = { waitedMs: undefined, cores: undefined };
const timesOf = (waited: number, busy: number, stolen: number): ContentionTimes => ({
  waitedMs: ms(waited),
  cores: { busyMs: ms(busy), stolenMs: ms(stolen) },
});
const start = timesOf(500, 9_000, 40);
/** 100 runs. */
const quiet: MeasuredTimes = { before: start, after: start, spentMs: 500, point: buildPoint(1, 5) };
const tail = (p50Ms: number, p99Ms: number): Partial<MeasuredTimes> => ({
  point: { ...buildPoint(1, p50Ms), p99Ms: ms(p99Ms) },
});

describe('noiseOf', () => {
  const cases: readonly (readonly [string, Partial<MeasuredTimes>, number])[] = [
    ['nothing else ran', {}, 0],
    ['the model waited for a core', { after: timesOf(605, 9_500, 40) }, 0.2],
    ['the model waited only to be woken', { after: timesOf(505, 9_500, 40) }, 0],
    ['the host took the core', { after: timesOf(500, 9_500, 190) }, 0.3],
    ['both', { after: timesOf(605, 9_500, 190) }, 0.5],
    ['the system counts none of it', { before: uncounted, after: uncounted }, 0],
    ['the model’s process has ended', { after: { ...start, waitedMs: undefined } }, 0],
    ['the tail is plausible', tail(5, 20), 0],
    ['the tail is implausible', tail(5, 40), 0.5],
    ['a short run has an outlier', tail(0.5, 8), 0],
    ['a short run has an implausible outlier', tail(0.5, 16), 0.5],
    ['the model waited, which explains the tail', { ...tail(5, 25), after: timesOf(805, 9_500, 40) }, 0.6],
  ];
  for (const [name, more, expected] of cases) {
    it(`is ${expected} if ${name}`, () => {
      assert.ok(Math.abs(noiseOf({ ...quiet, ...more }) - expected) < 1e-9);
    });
  }
});

describe('noiseMark', () => {
  it('marks only profiles with much noise, which is a share', () => {
    assert.deepEqual([0, 0.1, 0.11, 1.4].map(noiseMark), [{}, {}, { noise: 0.11 }, { noise: 1 }]);
  });
});

describe('createNoiseRetry', () => {
  /** Measures once, in tries whose model waits for the given shares of the time. Returns the result and the tries. */
  async function retry(shares: readonly number[], more: Partial<NoiseRetryOptions> = {}) {
    const clock = createManualClock();
    let [tries, spentMs, waitedMs] = [0, 0, 0];
    const retryNoisy = createNoiseRetry({
      ...{ pid: 1, loads: { inProgress: 0, begun: 0 }, signal: undefined, retryMs: 3_000 },
      clock: { ...clock, sleep: (duration) => clock.advance(duration) },
      spentMs: () => ms(spentMs),
      readTimes: async () => timesOf(waitedMs, 0, 0),
      ...more,
    });
    const measured = await retryNoisy(async (): Promise<ProfilePoint> => {
      spentMs += 100;
      waitedMs += 100 * (shares[tries++] ?? 0) + 5; // its 100 runs are woken
      return buildPoint(1, tries);
    });
    return { kept: measured.point.p50Ms, noise: Number(measured.noise.toFixed(2)), tries };
  }

  it('measures once on a quiet machine', async () => {
    assert.deepEqual(await retry([0.02]), { kept: 1, noise: 0.02, tries: 1 });
  });

  it('keeps the least noisy of four tries, with its noise', async () => {
    assert.deepEqual(await retry([0.5, 0.2, 0.3, 0.4, 0]), { kept: 2, noise: 0.2, tries: 4 });
    assert.deepEqual(await retry([0.5, 0.2, 0.01, 0.4]), { kept: 3, noise: 0.01, tries: 3 });
  });

  it('stops when its time is spent', async () => {
    assert.deepEqual(await retry([0.5, 0.4, 0.3], { retryMs: 200 }), { kept: 2, noise: 0.4, tries: 2 });
  });

  it('counts the loads of other models as noise', async () => {
    assert.deepEqual(await retry([0.5, 0.25], { loads: { inProgress: 1, begun: 0 }, retryMs: 200 }), {
      ...{ kept: 2, noise: 1.25, tries: 2 },
    });
  });
});
