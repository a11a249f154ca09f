import assert from 'node:assert/strict';
import pc from 'picocolors';
import type { ComparedMetric } from '../../src/compare/compare-runs.js';
import { formatComparison, type Comparison } from '../../src/compare/format-comparison.js';
import { buildRun, buildSettings } from '../support/build-run.js';

const metric = (given: Partial<ComparedMetric>): ComparedMetric => ({
  ...{ query: null, metric: 'p99', unit: 'ms', a: 20, b: 25, difference: 5, relative: 0.25, interval95: [4, 6.2] },
  ...{ p: 0.0001, result: 'worse' },
  ...given,
});

const tooShort = { interval95: null, p: null, result: 'too short to tell' } as const;

const run = buildRun(buildSettings(), []);
const comparison = (...metrics: readonly ComparedMetric[]): Comparison => ({
  ...{ a: { file: 'a.json', run }, b: { file: 'b.json', run } },
  ...{ settings: [], metrics },
});

describe('formatComparison', () => {
  it('aligns the metrics by their units', () => {
    const lines = formatComparison(
      comparison(
        metric({}),
        metric({ metric: 'p99.9', a: 0.5, b: null, difference: null, ...tooShort }),
        metric({
          ...{ metric: 'rejected', unit: 'share', a: 0, b: 0.012, difference: 0.012, interval95: [-0.001, 0.025] },
          ...{ p: 0.0712, result: 'not significant' },
        }),
        metric({ metric: 'failed', unit: 'share', a: 0, b: 0, difference: 0, interval95: [0, 0], p: 1 }),
        metric({
          ...{ metric: 'answers', unit: 'per second', a: 200, b: 220, difference: 20, interval95: [15, 25] },
          ...{ p: 0.002, result: 'better' },
        }),
      ),
    ).split('\n');
    assert.deepEqual(lines.slice(0, 10), [
      'A  a.json: digits on 127.0.0.1:8001, 2026-01-31T12:00:00.000Z',
      'B  b.json: digits on 127.0.0.1:8001, 2026-01-31T12:00:00.000Z',
      '',
      'METRIC          A        B    CHANGE         95 % INTERVAL       P  RESULT',
      'p99       20.0 ms  25.0 ms   +25.0 %    +20.0 % to +31.0 %  <0.001  worse',
      'p99.9     0.50 ms        -         -                     -       -  too short to tell',
      'rejected   0.00 %   1.20 %  +1.20 pp  -0.10 pp to +2.50 pp   0.071  not significant',
      'answers   200.0/s  220.0/s   +10.0 %     +7.5 % to +12.5 %   0.002  better',
      '',
      'B is better than A in 1 and worse in 1 of 3 compared metrics.',
    ]);
    assert.match(lines[10] ?? '', /^The others need longer runs: at least 20 intervals/);
  });

  it('starts with what makes the comparison unfair', () => {
    const sender = { ...run.sender, bottleneck: 'it was busy' };
    const text = formatComparison({
      ...comparison(metric({})),
      b: { file: 'b.json', run: { ...run, sender } },
      settings: [
        { name: 'seed', a: '1', b: '2' },
        { name: 'queries[0].latencyMs', a: '50', b: '' },
      ],
    });
    const expected = [
      'WARNING  The runs differ in more than the server:',
      '  SETTING               A   B',
      '  seed                  1   2',
      '  queries[0].latencyMs  50  -',
      '',
      'WARNING  The load generator limited B: it was busy.',
      '',
      'METRIC ',
    ];
    assert.ok(text.includes(`\n\n${expected.join('\n')}`), text);
    assert.doesNotMatch(text, /longer runs/);
  });

  it('names the queries if there are several', () => {
    const text = formatComparison(comparison(metric({}), metric({ query: 'chat' })));
    assert.match(text, /\nQUERY {2}METRIC .*\nall {4}p99 .*\nchat {3}p99 /);
  });

  it('has colours only for differences', () => {
    const paint = pc.createColors(true);
    const results = ['better', 'worse', 'not significant'] as const;
    const text = formatComparison(comparison(...results.map((result) => metric({ result }))), paint);
    assert.ok(text.includes(`  ${paint.green('better')}\n`) && text.includes(`  ${paint.red('worse')}\n`));
    assert.match(text, / {2}not significant\n/);
  });
});
