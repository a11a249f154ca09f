import assert from 'node:assert/strict';
import { formatSimulationTable, simulationJson } from '../../src/simulation/simulation-table.js';
import { buildResult } from './build-result.js';

const results = [
  buildResult({ seed: 1, onTime: 0.97, usdPerHour: 36 }),
  buildResult({ seed: 2, onTime: 0.99, usdPerHour: 36 }),
  buildResult({ policy: 'fixed-cheapest', onTime: 0.68, usdPerHour: 18 }),
];

describe('formatSimulationTable', () => {
  it('has a row for each policy, with ratios to the first one', () =>
    assert.deepEqual(formatSimulationTable(results).split('\n'), [
      'POLICY          ON TIME  ACCURACY  OVER ALL  COST/H  COST/MILLION    P50    P99  COST ×  MISSED ×',
      'pareto           98.0 %    90.0 %    88.2 %   $36.0          $102  12 ms  40 ms    1.00      1.00',
      'fixed-cheapest   68.0 %    90.0 %    61.2 %   $18.0         $73.5  12 ms  40 ms   0.500      16.0',
    ]));

  it('fits into 80 columns', () => {
    const lines = formatSimulationTable(results, { width: 80 }).split('\n');
    assert.ok(lines.every((line) => line.length < 80));
  });

  it('has ranges over the seeds where there is room', () => {
    const [, row = ''] = formatSimulationTable(results, { width: 130 }).split('\n');
    assert.match(
      row,
      /^pareto +98\.0 % \(97\.0–99\.0\) +90\.0 % +88\.2 % \(87\.3–89\.1\) +\$36\.0 +\$102 \(\$101–\$103\) +12 ms +40 ms /,
    );
  });

  it('ends with the bound of the clairvoyant, and has the costs over it', () => {
    const clairvoyant = { policy: 'clairvoyant', usdPerHour: 24 };
    const bounded = [
      ...results,
      buildResult({ ...clairvoyant, seed: 1, boundUsdPerHour: 10 }),
      buildResult({ ...clairvoyant, seed: 2, boundUsdPerHour: 14 }),
    ];
    const [titles = '', ours = '', , planned = '', ...rest] = formatSimulationTable(bounded, { width: 120 }).split(
      '\n',
    );
    assert.match(titles, / BOUND ×$/);
    assert.match(ours, / 1\.00 +1\.00 +3\.00$/);
    assert.match(planned, /^clairvoyant .* 0\.667 +1\.50 +2\.00$/);
    const sentence = 'No policy can answer 99.0 % of the queries on time for less than $12 per hour.';
    assert.deepEqual(rest, ['', sentence]);
    const { bound } = JSON.parse([...simulationJson(bounded)].join('')) as { readonly bound: unknown };
    assert.deepEqual(bound, {
      attainment: { mean: 0.99, min: 0.99, max: 0.99 },
      usdPerHour: { mean: 12, min: 10, max: 14 },
    });
  });

  it('ends with the quality of the plans of policies whose targets are solved', () => {
    const sources = { exact: 0, greedy: 0, frozen: 0 };
    const plans = [
      { meanGap: 0.01, sources: { ...sources, solved: 1, stale: 0 } },
      { meanGap: 0.03, sources: { ...sources, solved: 0.5, stale: 0.5 } },
    ];
    const solved = plans.map((own, seed) => ({ ...buildResult({ policy: 'pareto-release-hosts', seed }), plans: own }));
    const greedy = { meanGap: null, sources: { ...sources, solved: 0, stale: 0, greedy: 1 } };
    const lines = formatSimulationTable(
      [...results, ...solved, { ...buildResult({ policy: 'other' }), plans: greedy }],
      {
        width: 120,
      },
    ).split('\n');
    assert.deepEqual(lines.slice(-3), [
      '',
      'Plans of pareto-release-hosts, by time: solved 75.0 %, stale 25.0 %; 2.0 % above the bound in the mean.',
      'Plans of other, by time: greedy 100 %; none has a bound.',
    ]);
  });

  it('has no figures of a policy without answers', () => {
    const { totals, ...result } = buildResult();
    const table = formatSimulationTable([
      { ...result, totals: { ...totals, answered: 0, onTime: 0, accuracySum: 0, onTimeAccuracySum: 0 } },
    ]);
    assert.match(table.split('\n')[1] ?? '', /^pareto +0 % +– +0 % +\$36\.0 +– +– +– +1\.00 +1\.00$/);
  });
});

describe('simulationJson', () => {
  it('contains the summaries and the results', () => {
    const { policies, results: written } = JSON.parse([...simulationJson(results)].join('')) as {
      readonly policies: readonly { readonly policy: string }[];
      readonly results: unknown;
    };
    assert.deepEqual(
      policies.map(({ policy }) => policy),
      ['pareto', 'fixed-cheapest'],
    );
    assert.deepEqual(written, results);
  });

  it('begins with facts', () => {
    const text = [...simulationJson([], { isPartial: true, note: 'a "b"' })].join('');
    assert.equal(text, '{"isPartial":true,"note":"a \\"b\\"","policies":[],"results":[]}');
  });
});
