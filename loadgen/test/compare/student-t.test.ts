import assert from 'node:assert/strict';
import { quantile95, twoSidedP } from '../../src/compare/student-t.js';

describe("Student's t distribution", () => {
  const tables: readonly (readonly [degrees: number, t: number])[] = [
    [3, 3.182],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
    [1e6, 1.96],
  ];
  for (const [degrees, t] of tables)
    it(`agrees with the tables for ${degrees} degrees of freedom`, () => {
      assert.ok(Math.abs(quantile95(degrees) / t - 1) < 0.02, `${quantile95(degrees)} instead of ${t}`);
      assert.ok(Math.abs(twoSidedP(t, degrees) - 0.05) < 0.0015, String(twoSidedP(t, degrees)));
    });

  it('has small probabilities far from 0', () => {
    // The tables have .001 for these.
    assert.ok(Math.abs(twoSidedP(4.587, 10) - 0.001) < 0.0001);
    assert.ok(Math.abs(twoSidedP(3.291, 1e6) - 0.001) < 0.00001);
    assert.equal(twoSidedP(Infinity, 5), 0);
    assert.ok(Math.abs(twoSidedP(0, 5) - 1) < 1e-6);
    assert.equal(twoSidedP(-2, 5), twoSidedP(2, 5));
  });
});
