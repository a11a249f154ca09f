// The scores of forecasts of the demand, next to the last value, to the day before, and to what planning counts.

import { defaultForecastParams } from '@pareto/policy';
import { lastValue, ours, sameTimeYesterday, steadyRates, type Method } from './forecast/methods.js';
import { horizonSeconds, scoreMethod, type Score } from './forecast/score.js';
import { readSeries, type Series } from './forecast/series.js';
import { progress, startBenchmark, type Row } from './report.js';

const { data, only = '', report } = startBenchmark('forecast');

const methods: Readonly<Record<string, (classes: Series['classes']) => Method>> = {
  'last value': lastValue,
  'day before': sameTimeYesterday,
  'planning now': steadyRates,
  forecast: () => ours(defaultForecastParams),
};

const percent = (share: number): string => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '–');
const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '–');

/** Returns the lines of a table in Markdown. */
const tableRows = (series: string, method: string, scores: readonly Score[]): readonly string[] =>
  scores.map(
    ({ error, exceeded, excess, held, envelope }, index) =>
      `| ${[series, `${horizonSeconds[index]} s`, method, percent(error), percent(exceeded), percent(excess), percent(held), ratio(envelope)].join(' | ')} |`,
  );

const lines: string[] = [
  '| data | ahead | method | error | rate above quantile | quantile above rate | envelope held | envelope / rate |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];
const rows: Row[] = [];
for (const use of ['tuning', 'kept-aside'] as const) {
  for (const series of await readSeries(use, data)) {
    const name = `${use}, ${series.name}`;
    if (!name.includes(only)) continue;
    progress(name);
    const scored = Object.entries(methods).map(([method, create]) => ({
      method,
      scores: scoreMethod(create(series.classes), series),
    }));
    const last = scored[0]?.scores ?? [];
    for (const { method, scores } of scored) lines.push(...tableRows(name, method, scores));
    for (const [index, score] of (scored.at(-1)?.scores ?? []).entries()) {
      const at = `${name}, ${horizonSeconds[index]} s`;
      rows.push(
        {
          name: `${at}: error / error of the last value`,
          value: score.error / (last[index]?.error ?? NaN),
          unit: 'x',
          reach: { atMost: 1 },
        },
        { name: `${at}: envelope held`, value: 100 * score.held, unit: '%', reach: { above: 93 } },
        { name: `${at}: envelope / mean rate`, value: score.envelope, unit: 'x' },
      );
    }
  }
}
process.stdout.write(`${lines.join('\n')}\n\n`);
// The series repeat exactly: only a changed method changes the values.
report(rows.map((row) => ({ ...row, noise: 0.002 })));
