import assert from 'node:assert/strict';
import fc from 'fast-check';
import { quantiseBlocks } from '../../../src/generate/quantise/quantise-blocks.js';
import { stridesOf, type Matrix } from '../../../src/generate/quantise/quantise-matrix.js';

const matrices = fc
  .record({ rows: fc.integer({ min: 1, max: 100 }), columns: fc.integer({ min: 1, max: 5 }), transposed: fc.boolean() })
  .chain((shape) =>
    fc
      .array(fc.float({ min: -4, max: 4, noNaN: true }), {
        minLength: shape.rows * shape.columns,
        maxLength: shape.rows * shape.columns,
      })
      .map((values): Matrix => ({ ...shape, values: Float32Array.from(values) })),
  );

const halfOf = (bytes: Uint8Array, index: number): number =>
  ((bytes[index >> 1] ?? 0) >> (index % 2 === 0 ? 0 : 4)) & 15;

describe('quantiseBlocks', () => {
  it('rounds every weight to within a step of its block, and preserves zeros', () => {
    fc.assert(
      fc.property(matrices, fc.constantFrom(16, 32), (matrix, block) => {
        const { blocks, values, scales, zeroPoints } = quantiseBlocks(matrix, block);
        const strides = stridesOf(matrix);
        for (let column = 0; column < matrix.columns; column++) {
          for (let row = 0; row < matrix.rows; row++) {
            const at = column * blocks + Math.floor(row / block);
            const scale = scales[at] ?? Number.NaN;
            const zeroPoint = halfOf(zeroPoints, column * Math.ceil(blocks / 2) * 2 + Math.floor(row / block));
            const weight = matrix.values[row * strides.row + column * strides.column] ?? Number.NaN;
            const kept = (halfOf(values, at * block + (row % block)) - zeroPoint) * scale;
            assert.ok(Math.abs(kept - weight) <= scale * 1.001, `${kept} for ${weight} in steps of ${scale}`);
            if (weight === 0) assert.equal(kept, 0);
          }
        }
      }),
    );
  });

  it('pads the last block with zeros', () => {
    const matrix = { rows: 17, columns: 1, transposed: false, values: new Float32Array(17).fill(1) };
    const { values, zeroPoints } = quantiseBlocks(matrix, 16);
    const zero = halfOf(zeroPoints, 1);
    for (let row = 17; row < 32; row++) assert.equal(halfOf(values, row), zero);
  });
});
