import assert from 'node:assert/strict';
import { compareWithBaseline, judgeRow, type Reach, type Row } from '../src/index.js';

const row = (value: number, reach?: Reach, unit = 'x'): Row => ({
  ...{ name: 'goodput', value, unit },
  ...(reach !== undefined && { reach }),
});

describe('rows', () => {
  it('are judged by their target', () => {
    const targets: readonly [Row, string | null, boolean | null][] = [
      [row(1), null, null],
      [row(1, { below: 2 }), '< 2', true],
      [row(2, { below: 2 }), '< 2', false],
      [row(2, { atMost: 2 }), '<= 2', true],
      [row(2, { above: 2 }), '> 2', false],
      [row(2, { exactly: 2 }), '= 2', true],
      [row(1, { above: 2 / 3 }), '> 0.666667', true],
    ];
    for (const [judged, reach, holds] of targets)
      assert.deepEqual(judgeRow(judged), { name: 'goodput', value: judged.value, unit: 'x', reach, holds });
  });

  it('miss their target if there is no value', () => {
    const { value, holds } = judgeRow(row(NaN, { above: 1 }));
    assert.deepEqual({ value, holds }, { value: null, holds: false });
  });
});

describe('comparing with a baseline', () => {
  const compare = (now: Row, before: number) => compareWithBaseline(now, [judgeRow({ ...now, value: before })]);

  it('computes the change as a fraction', () => {
    const { baseline, change } = compare(row(0.9), 1);
    assert.equal(baseline, 1);
    assert.ok(Math.abs((change ?? NaN) + 0.1) < 1e-9);
    assert.equal(compare(row(3, undefined, ''), 0).change, null);
  });

  const cases: readonly [string, Row, number, boolean][] = [
    ['a ratio that fell below its baseline', row(0.94, { above: 0.5 }), 1, true],
    ['a ratio that rose, and is to be large', row(1.5, { above: 0.5 }), 1, false],
    ['a ratio that fell by less than 5 %', row(0.96, { above: 0.5 }), 1, false],
    ['a ratio that rose, and is to be small', row(1.06, { below: 2 }), 1, true],
    ['a share that rose, and is to be small', row(10.6, { atMost: 20 }, '%'), 10, true],
    ['a count that is no longer 0', row(1, { below: 5 }, ''), 0, true],
    ['a count that is still 0', row(0, { below: 5 }, ''), 0, false],
    ['a count that is further from its exact target', row(8, { exactly: 10 }, ''), 9, true],
    ['a count that is closer to its exact target', row(11, { exactly: 10 }, ''), 8, false],
    ['a ratio without a target', row(0.1), 1, false],
    ['a time', row(100, { below: 200 }, 'ms'), 1, false],
    ['a time with stated noise', { ...row(100, { below: 200 }, 'ms'), noise: 0.5 }, 1, true],
    ['a ratio within its stated noise', { ...row(1.4, { below: 2 }), noise: 0.5 }, 1, false],
    ['a ratio beyond its stated noise', { ...row(1.01, { below: 2 }), noise: 0.002 }, 1, true],
    ['a quick run, whose noise is unlimited', { ...row(1, { below: 5 }, ''), noise: Infinity }, 0, false],
  ];
  for (const [title, now, before, isWorse] of cases)
    it(`${isWorse ? 'marks' : 'does not mark'} ${title}`, () => {
      assert.equal(compare(now, before).isWorse, isWorse);
    });

  it('only judges rows that have a value in both runs', () => {
    const [now, other] = [row(1, { above: 0 }), { ...row(1), unit: '/s' }];
    for (const compared of [
      compareWithBaseline(now, []),
      compareWithBaseline(now, [judgeRow(other)]),
      compareWithBaseline(now, [judgeRow(row(NaN))]),
      compareWithBaseline(row(NaN, { above: 0 }), [judgeRow(now)]),
    ])
      assert.deepEqual(Object.keys(compared), ['name', 'value', 'unit', 'reach', 'holds']);
  });
});
