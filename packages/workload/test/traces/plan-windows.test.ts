import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planWindows } from '../../src/index.js';

const hourMs = 3_600_000;

describe('planWindows', () => {
  it('returns windows within the part, in ascending order and at whole minutes', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 660_000, max: 100 * hourMs }),
        fc.integer({ min: 1, max: 50 }),
        (lengthMs, count) => {
          const windows = planWindows(lengthMs, { count });
          assert.equal(windows.length, count);
          for (const [index, { fromMs, toMs }] of windows.entries()) {
            assert.ok(fromMs >= (windows[index - 1]?.fromMs ?? 0) && toMs <= lengthMs && toMs - fromMs === 600_000);
            assert.equal(fromMs % 60_000, 0);
          }
        },
      ),
    ));

  it('returns twelve windows of ten minutes of a day, at all phases of two hours', () => {
    const windows = planWindows(24 * hourMs);
    assert.equal(windows.length, 12);
    assert.ok(windows.every(({ fromMs }, index) => index === 0 || fromMs >= (windows[index - 1]?.toMs ?? 0)));
    const phases = windows.map(({ fromMs }) => (fromMs % (2 * hourMs)) / (2 * hourMs)).toSorted((a, b) => a - b);
    const gaps = phases.map((phase, index) => (phases[index + 1] ?? 1 + (phases[0] ?? 0)) - phase);
    assert.ok(Math.max(...gaps) < 0.2, phases.join(' '));
  });

  it('returns all of a part that is no longer than a window', () =>
    assert.deepEqual(planWindows(500_000), [{ fromMs: 0, toMs: 500_000 }]));
});
