import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pickRows, sliceRows, toNumbers, type Tensor } from '../../src/index.js';
import { toTexts } from '../../src/tensors/texts.js';
import { floats, longs, texts } from '../support/tensors.js';

describe('rows of a tensor', () => {
  const values = (tensor: Tensor): readonly (number | string)[] =>
    tensor.datatype === 'BYTES' ? toTexts(tensor) : Array.from(toNumbers(tensor));

  it('are copied in any order by pickRows', () => {
    const x = floats([3, 2], [1, 2, 3, 4, 5, 6]);
    const picked = pickRows(x, [2, 0, 2]);
    assert.deepEqual(
      [picked.dims, values(picked)],
      [
        [3, 2],
        [5, 6, 1, 2, 5, 6],
      ],
    );
    x.data.fill(0);
    assert.deepEqual(values(picked), [5, 6, 1, 2, 5, 6]);
    assert.deepEqual(pickRows(x, []).dims, [0, 2]);
  });

  it('of text start and end at element boundaries', () => {
    const x = texts([3, 2], ['a', '', 'ccc', 'ää', 'e', 'f']);
    assert.deepEqual(values(sliceRows(x, 1, 3)), ['ccc', 'ää', 'e', 'f']);
    assert.deepEqual(values(pickRows(x, [1, 0])), ['ccc', 'ää', 'a', '']);
  });

  it('out of range are rejected', () => {
    assert.throws(() => pickRows(longs([2], [1, 2]), [2]), {
      code: 'invalid-argument',
      message: /row 2 is out of range: the tensor has 2 rows/,
    });
    assert.throws(() => pickRows(longs([2], [1, 2]), [-1]), /row -1/);
  });

  it('picked in order equal a slice', () => {
    const tensors = [
      floats(
        [9, 2],
        Array.from({ length: 18 }, (_, i) => i),
      ),
      texts([9], ['a', 'bb', '', 'd', 'e', 'fff', 'g', 'h', 'i']),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...tensors), fc.nat(9), fc.nat(9), (tensor, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const rows = Array.from({ length: to - from }, (_, index) => from + index);
        const [picked, slice] = [pickRows(tensor, rows), sliceRows(tensor, from, to)];
        assert.deepEqual([picked.dims, [...picked.data]], [slice.dims, [...slice.data]]);
      }),
    );
  });
});
