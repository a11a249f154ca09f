import assert from 'node:assert/strict';
import fc from 'fast-check';
import { splitValidation } from '../../src/index.js';

describe('splitValidation', () => {
  it('assigns every sample to one share, and at most a tenth or 200 to calibration', () => {
    fc.assert(
      fc.property(fc.nat(5000), (samples) => {
        const { calibration, evaluation } = splitValidation({ samples });
        const all = [...calibration, ...evaluation].sort((a, b) => a - b);
        assert.deepEqual(
          all,
          Array.from({ length: samples }, (_, row) => row),
        );
        assert.equal(calibration.length, samples < 20 ? 0 : Math.min(200, Math.floor(samples / 10)));
      }),
    );
  });

  it('returns the same rows each time, in ascending order', () => {
    const split = splitValidation({ samples: 500 });
    assert.deepEqual(splitValidation({ samples: 500 }), split);
    for (const rows of [split.calibration, split.evaluation]) {
      assert.ok(rows.every((row, index) => index === 0 || row > (rows[index - 1] ?? Infinity)));
    }
  });

  for (const [what, classOf] of [
    ['sorted by class', (row: number) => Math.floor(row / 200)],
    ['that alternate between classes', (row: number) => row % 10],
  ] as const) {
    it(`picks calibration samples of every class from samples ${what}`, () => {
      const counts = new Map<number, number>();
      for (const row of splitValidation({ samples: 2000 }).calibration) {
        counts.set(classOf(row), (counts.get(classOf(row)) ?? 0) + 1);
      }
      assert.equal(counts.size, 10);
      assert.ok(
        [...counts.values()].every((count) => count >= 8 && count <= 36),
        [...counts.values()].join(),
      );
    });
  }
});
