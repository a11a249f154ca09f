import assert from 'node:assert/strict';
import type { TensorOutput } from '@pareto/runtime';
import {
  createComparison,
  type ComparisonBounds,
  type ComparisonResult,
} from '../../src/generating/compare-outputs.js';

const floats = (values: readonly number[], shape = [values.length, 1], name = 'y'): TensorOutput => {
  const data = Buffer.from(Float32Array.from(values).buffer);
  return { name, datatype: 'FP32', shape, data };
};
const longs = (values: readonly number[]): TensorOutput => {
  const data = Buffer.from(BigInt64Array.from(values, BigInt).buffer);
  return { name: 'y', datatype: 'INT64', shape: [values.length], data };
};

function compare(
  original: TensorOutput,
  generated: TensorOutput,
  bounds: ComparisonBounds = { bound: 0.99 },
): ComparisonResult {
  const comparison = createComparison(bounds);
  comparison.add([original], [generated], original.shape[0] ?? 1);
  return comparison.result();
}

describe('comparing the outputs of a generated file with the original', () => {
  it('finds equal outputs equal', () => {
    assert.deepEqual(compare(floats([1, -2, 3]), floats([1, -2, 3]), { bound: 1 }), {
      similarity: 1,
      problem: undefined,
    });
    assert.equal(compare(floats([0, 0]), floats([0, 0])).similarity, 1);
    assert.equal(compare(longs([1, 2]), longs([1, 2])).problem, undefined);
  });

  it('sums over all samples', () => {
    const comparison = createComparison({ bound: 0.9 });
    for (let sample = 0; sample < 9; sample++) comparison.add([floats([10])], [floats([10])], 1);
    comparison.add([floats([1])], [floats([-1])], 1);
    const { similarity, problem } = comparison.result();
    assert.equal(problem, undefined);
    assert.ok(Math.abs(similarity - 899 / 901) < 1e-12);
  });

  it('accepts NaN and infinite values only where the original has them', () => {
    const odd = floats([Number.NaN, Infinity, 1, 1]);
    assert.equal(compare(odd, odd).problem, undefined);
    assert.match(
      compare(floats([1, 2, 3, 4]), floats([Number.NaN, 2, Number.NaN, 4])).problem ?? '',
      /^output y: NaN in 2 of 4 samples for which the original has numbers$/,
    );
    assert.match(compare(floats([1, 2]), floats([1, Infinity])).problem ?? '', /infinite values in 1 of 2 samples/);
    assert.match(
      compare(floats([1, 2, 3, 4], [2, 2]), floats([1, 2, Number.NaN, Number.NaN], [2, 2])).problem ?? '',
      /NaN in 1 of 2/,
    );
  });

  it('rejects outputs with another direction, norm or shape, and missing outputs', () => {
    assert.match(
      compare(floats([1, 0]), floats([0, 1])).problem ?? '',
      /cosine similarity 0.0000.*expected at least 0.99/,
    );
    assert.match(compare(floats([1, 2]), floats([0, 0])).problem ?? '', /cosine similarity 0.0000/);
    assert.match(compare(floats([1, 2]), floats([2, 4])).problem ?? '', /values are 2.00 times those of the original/);
    assert.match(
      compare(floats([1, 2]), floats([1, 2], [1, 2])).problem ?? '',
      /is FP32 \[1,2\], expected FP32 \[2,1\] as in the original/,
    );
    assert.match(compare(floats([1]), floats([1], [1, 1], 'z')).problem ?? '', /output y is missing/);
  });

  it('counts equal values in outputs that are not floats', () => {
    const many = Array.from({ length: 100 }, (_, at) => at);
    const nearly = (wrong: number): TensorOutput => longs(many.map((value) => (value < wrong ? 1000 : value)));
    assert.deepEqual(compare(longs(many), nearly(5)), { similarity: 0.95, problem: undefined });
    assert.match(
      compare(longs(many), nearly(20)).problem ?? '',
      /80.0 % of its values equal the original.*expected at least 90 %/,
    );
    assert.match(compare(longs(many), nearly(1), { bound: 0.9, maxDistance: 1e-3 }).problem ?? '', /99.0 %/);
  });

  it('finds one different item in a thousand in an exact comparison', () => {
    const values = Array.from({ length: 1000 }, (_, at) => 1 + (at % 3) / 10);
    const moved = floats(values.with(500, (values[500] ?? 0) + 0.02));
    assert.equal(compare(floats(values), moved).problem, undefined);
    assert.match(
      compare(floats(values), moved, { bound: 0.99, maxDistance: 1e-3 }).problem ?? '',
      /different outputs in a batch than alone/,
    );
    const rounded = floats(values.map((value) => value * (1 + 1e-6)));
    assert.equal(compare(floats(values), rounded, { bound: 0.999, maxDistance: 1e-3 }).problem, undefined);
  });
});
