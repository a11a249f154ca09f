import assert from 'node:assert/strict';
import { defaultForecastParams } from '@pareto/policy';
import { lastValue, ours, sameTimeYesterday, type Method } from '../../forecast/methods.js';
import { scoreMethod } from '../../forecast/score.js';
import type { Series } from '../../forecast/series.js';

const day = 86_400;

const series = (rateAt: (second: number) => number, seconds: number, fromSecond: number): Series => ({
  ...{ name: 'test', fromSecond },
  classes: [Float32Array.from({ length: seconds }, (_, second) => rateAt(second))],
});
const always = (mean: number, high: number, envelope: number): Method => ({
  observe: () => {},
  forecast: () => ({ mean, high, envelope }),
});

describe('scoreMethod', () => {
  it('compares each moment with what follows', () => {
    // The rate is 10, and 40 in the last second of each ten.
    const burst = series((second) => (second % 10 === 9 ? 40 : 10), 1_000, 0);
    const [soon, later] = scoreMethod(always(10, 12, 40), burst);
    assert.deepEqual(soon, { error: 0, exceeded: 0, excess: 0.2, held: 1, envelope: 4 });
    // The last 5 s of the next 10 have a mean of 16.
    assert.deepEqual(later, { error: 6 / 16, exceeded: 1, excess: 0, held: 1, envelope: 2.5 });
    assert.deepEqual(
      scoreMethod(always(10, 10, 39), burst).map(({ held }) => held),
      [1, 0, 0, 0],
    );
  });

  it('leaves out moments without data', () => {
    const gaps = series((second) => (second < 500 ? 10 : second < 600 ? NaN : 20), 1_000, 0);
    const [soon] = scoreMethod(lastValue(gaps.classes), gaps);
    assert.deepEqual([soon?.error, soon?.held], [0, 1]);
  });

  it('scores the season of the day before above the last value where the rate jumps every day', () => {
    const jumps = series((second) => (Math.floor((second % day) / 300) % 2 === 0 ? 10 : 50), 2.1 * day, 2 * day);
    const errors = [sameTimeYesterday(jumps.classes), lastValue(jumps.classes), ours(defaultForecastParams)].map(
      (method) => scoreMethod(method, jumps).map(({ error }) => error),
    );
    const [yesterday, last, forecast] = errors.map((each) => each[3] ?? NaN);
    // In 300 s the rate always jumps. The forecast shrinks a season that it knows for one day.
    assert.ok((yesterday ?? NaN) < 0.05 && (last ?? NaN) > 1, `${yesterday}, ${last}`);
    assert.ok((forecast ?? NaN) < 0.5 * (last ?? NaN), `${forecast}`);
  });
});
