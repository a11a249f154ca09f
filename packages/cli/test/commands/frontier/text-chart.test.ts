import assert from 'node:assert/strict';
import fc from 'fast-check';
import pc from 'picocolors';
import type { Chart, Mark } from '../../../src/commands/frontier/chart.js';
import { formatFrontier } from '../../../src/commands/frontier/format-frontier.js';
import { planFrontiers } from '../../../src/commands/frontier/plan-frontiers.js';
import { drawText } from '../../../src/commands/frontier/text-chart.js';
import { digits } from '../../support/fake-description.js';

const paint = pc.createColors(false);

const mark = (x: number, y: number, more: Partial<Mark> = {}): Mark => ({
  ...{ key: undefined, name: 'a:fp16', kind: 'other', x, y, low: y - 0.01, high: y + 0.01, accuracy: '' },
  ...more,
});

const chart = (marks: readonly Mark[]): Chart => ({
  title: 'accuracy against latency',
  xLabel: 'p99, ms',
  formatX: String,
  yLabel: 'accuracy',
  formatY: (value) => `${Math.round(value * 100)} %`,
  marks,
});

describe('drawText', () => {
  it('connects the front and draws intervals and names', () => {
    const marks = [
      mark(1, 0.9, { key: '1', name: 'mlp:original', kind: 'front' }),
      mark(10, 0.95, { key: '2', name: 'cnn:original', kind: 'front' }),
      mark(5, 0.93),
      mark(8, 0.89, { kind: 'aside' }),
    ];
    assert.deepEqual(drawText(chart(marks), { columns: 48, rows: 9 }, paint), [
      '     accuracy against latency',
      '     │                                       ┊',
      '95 % ┤                        2 cnn:original ●',
      '     │                                       │',
      '     │                            ○          │',
      '     │                                       │',
      '     │                                       │',
      '     │  ┊                                    │',
      '90 % ┤  ●─1 mlp:original─────────────────────╯',
      '     │  ┊                                 ·',
      '     └──┬──────────┬──────────────┬──────────┬──',
      '        1          2              5         10',
      '                       p99, ms',
    ]);
  });

  it('omits marks far below the front', () => {
    const front = mark(1, 0.9, { key: '1', kind: 'front' });
    const drawn = drawText(chart([front, mark(2, 0.2)]), { columns: 60, rows: 8 }, paint).join('\n');
    assert.doesNotMatch(drawn, /○/);
    assert.match(drawText(chart([front, mark(2, 0.89)]), { columns: 60, rows: 8 }, paint).join('\n'), /○/);
  });

  it('fits the width and draws the front for any marks', () => {
    const kinds = fc.constantFrom('front', 'other', 'aside');
    const anyMark = fc
      .tuple(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), kinds)
      .map(([x, y, kind]) => mark(x, y, { kind, ...(kind === 'front' ? { key: '7' } : {}) }));
    fc.assert(
      fc.property(
        fc.array(anyMark, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 40, max: 140 }),
        (marks, columns) => {
          const lines = drawText(chart(marks), { columns, rows: 12 }, paint);
          assert.equal(lines.length, 12 + 4);
          for (const line of lines) assert.ok(line.length <= columns, `${line.length} > ${columns}: ${line}`);
          assert.equal(
            marks.some(({ kind }) => kind === 'front'),
            lines.join('').includes('●'),
          );
        },
      ),
    );
  });
});

describe('formatFrontier', () => {
  const [frontier] = planFrontiers(digits, undefined);

  it('fits the terminal, with the charts side by side if it is wide', () => {
    for (const columns of [80, 120, 200]) {
      const lines = formatFrontier('digits', frontier ?? assert.fail(), columns, paint).split('\n');
      const charts = lines.slice(
        2,
        lines.findIndex((line) => line.startsWith('● ')),
      );
      assert.ok(charts.every(({ length }) => length < columns));
      assert.equal(
        charts.some((line) => /latency .*against cost/.test(line)),
        columns > 80,
      );
    }
  });

  it('lists the front and the variants below the charts', () => {
    const text = formatFrontier('digits', frontier ?? assert.fail(), 100, paint);
    assert.match(text, /^● 6 on the front {3}○ 3 better in memory or load time {3}· 5 dominated or denied$/m);
    assert.match(
      text,
      /^3 {2}mlp-large:int8-dynamic {2}98.20 % {3}\(97.62-98.78\) {5}0.067 ms {2}\$0.000410 {2}both$/m,
    );
    assert.match(text, /^accuracy below the charts: mlp-tiny:int4$/m);
  });

  it('lists the variants that could not be drawn', () => {
    const beyond = planFrontiers(digits, 8)[0] ?? assert.fail();
    const omitted = [{ name: 'a:original', why: 'measured up to batch 4' }];
    assert.match(
      formatFrontier('digits', { ...beyond, omitted }, 80, paint),
      /^not in the charts: a:original, measured up to batch 4$/m,
    );
  });
});
