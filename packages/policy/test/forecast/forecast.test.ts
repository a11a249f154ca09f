import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import fc from 'fast-check';
import {
  defaultForecastParams as params,
  forecastOf,
  noForecast,
  observeForecast,
  type Forecast,
} from '../../src/index.js';
import type { ForecastState } from '../../src/forecast/forecast.js';

const dayMs = 86_400_000;

/** Returns the state after a time with rates of the class `a`, observed once in each step. */
function follow(
  rateAt: (ms: number) => number,
  fromMs: number,
  toMs: number,
  { before = noForecast, stepMs = 1_000 }: { readonly before?: ForecastState; readonly stepMs?: number } = {},
): ForecastState {
  let state = before;
  for (let now = fromMs; now <= toMs; now += stepMs) {
    const rate = rateAt(now);
    const rates = rate === 0 ? [] : [['a', { itemsPerSecond: rate, latestPerSecond: rate }] as const];
    state = observeForecast(state, new Map(rates), params, milliseconds(now));
  }
  return state;
}
const ahead = (state: ForecastState, seconds: number): Forecast => forecastOf(state, 'a', 1_000 * seconds, params);
const near = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);

describe('observeForecast', () => {
  it('expects nothing of a class that it does not know', () => {
    assert.deepEqual(ahead(noForecast, 10), { mean: 0, high: 0, envelope: 0 });
  });

  it('begins with the observed rate and the first factors of uncertainty', () => {
    const { mean, high, envelope } = ahead(
      follow(() => 100, 0, 0),
      10,
    );
    // The deviation of a Poisson process at 100/s is 10/s.
    assert.deepEqual([mean, high, envelope], [100, 100 + 2 * 10, 100 + 4 * 10]);
  });

  it('follows a step with the time constant of the level', () => {
    const state = follow((ms) => (ms === 0 ? 100 : 200), 0, 6_000);
    near(ahead(state, 0).mean, 200 - 100 / Math.E, 0.5);
  });

  it('expects a burst to return to the slow level', () => {
    const steady = follow(() => 100, 0, 3_600_000);
    const burst = follow(() => 400, 3_601_000, 3_660_000, { before: steady });
    const [soon, later, far] = [2, 300, 1_200].map((seconds) => ahead(burst, seconds).mean);
    assert.ok((soon ?? 0) > 390);
    assert.ok((later ?? 0) < 350);
    // 63 % of the way from 400 to the slow level of 115.
    near(far ?? 0, 220, 10);
  });

  it('never expects at most less than what is observed', () => {
    const steady = follow(() => 10, 0, 600_000);
    const { high, envelope } = ahead(
      follow(() => 500, 601_000, 601_000, { before: steady }),
      2,
    );
    assert.ok(high >= 500);
    assert.ok(envelope >= high);
  });

  it('learns an envelope that holds for bursts of a second', () => {
    const state = follow((ms) => ((ms / 1_000) % 20 === 0 ? 300 : 5), 0, 1_800_000);
    assert.ok(ahead(state, 60).envelope > 280);
    assert.ok(ahead(state, 60).mean < 100);
  });

  it('expects a jump at the same time of the day once it has repeated', () => {
    const rateAt = (ms: number): number => (ms % dayMs >= dayMs / 2 && ms % dayMs < dayMs / 2 + 3_600_000 ? 80 : 20);
    const before = follow(rateAt, 0, 3 * dayMs, { stepMs: 5_000 });
    const at = (ms: number): Forecast => ahead(follow(rateAt, 3 * dayMs, ms, { before, stepMs: 5_000 }), 300);
    assert.ok(at(3.5 * dayMs - 5_000).mean > 50, 'before the jump');
    near(at(3.5 * dayMs - 3_600_000).mean, 20, 3);
    assert.ok(at(3.5 * dayMs + 3_590_000).mean < 50, 'before the end of it');
  });

  it('does not learn a season from changes that do not repeat', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const levels = Array.from({ length: 3 * 288 }, () => 20 + 60 * random());
    const state = follow((ms) => levels[Math.floor(ms / params.slotMs)] ?? 20, 0, 3 * dayMs - 1, { stepMs: 5_000 });
    const { square = NaN, product = NaN } = state.byClass.get('a')?.season ?? {};
    assert.ok(product / (square + params.seasonRidge) < 0.2, `${product / square}`);
  });

  it('continues after a gap with what it knew, and follows the rate immediately', () => {
    const before = follow(() => 100, 0, 600_000);
    const state = follow(() => 300, 660_000, 660_000, { before });
    near(ahead(state, 0).mean, 300, 1);
    const known = before.byClass.get('a')?.dues.map(({ uncertainty }) => uncertainty);
    assert.deepEqual(
      state.byClass.get('a')?.dues.map(({ uncertainty }) => uncertainty),
      known,
    );
  });

  it('continues when the clock goes back', () => {
    const before = follow(() => 100, 0, 600_000);
    const state = follow(() => 100, 500_000, 510_000, { before });
    near(ahead(state, 10).mean, 100, 1e-6);
  });

  it('expects nothing soon after a class ends, and forgets it later', () => {
    const before = follow(() => 100, 0, 60_000);
    const state = follow(() => 0, 61_000, 180_000, { before });
    // A small part of the slow level, to which the class may return.
    assert.ok(ahead(state, 2).mean < 1);
    const later = observeForecast(state, new Map(), params, milliseconds(61_000 + params.forgetMs));
    assert.equal(later.byClass.size, 0);
  });

  it('keeps the classes with queries if there are more than it may keep', () => {
    const few = { ...params, maxClasses: 2 };
    const rates = (...names: readonly string[]) =>
      new Map(names.map((name, index) => [name, { itemsPerSecond: index + 1, latestPerSecond: index + 1 }]));
    const first = observeForecast(noForecast, rates('a', 'b'), few, milliseconds(0));
    const second = observeForecast(first, rates('b', 'c', 'd'), few, milliseconds(1_000));
    assert.deepEqual([...second.byClass.keys()].sort(), ['c', 'd']);
  });

  it('does not change an earlier state', () => {
    const before = follow(() => 100, 0, 900_000);
    const copy = structuredClone(before);
    follow(() => 300, 901_000, 2_000_000, { before });
    assert.deepEqual(before, copy);
  });

  it('gives finite and ordered forecasts in a bounded state, whatever it observes', () => {
    const rate = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true }));
    const observation = fc.record({ mean: rate, latest: rate, spanMs: fc.integer({ min: -100_000, max: 5_000_000 }) });
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 60 }), fc.integer({ min: 0, max: 1_000 }), (all, seconds) => {
        let state = noForecast;
        let now = 1e9;
        for (const { mean: itemsPerSecond, latest: latestPerSecond, spanMs } of all) {
          now += spanMs;
          state = observeForecast(
            state,
            new Map([['a', { itemsPerSecond, latestPerSecond }]]),
            params,
            milliseconds(now),
          );
          const { mean, high, envelope } = ahead(state, seconds);
          assert.ok(mean >= 0 && Number.isFinite(envelope), `${mean}, ${envelope}`);
          assert.ok(envelope >= high && high >= mean && high >= itemsPerSecond && envelope >= latestPerSecond);
          const known = state.byClass.get('a');
          assert.ok((known?.season.usual?.length ?? 0) <= 288 && known?.dues.length === params.horizons.length);
        }
      }),
    );
  });
});
