import assert from 'node:assert/strict';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import { floatTensor, int64Tensor, makeTensor } from '../../src/onnx/onnx-parts.js';
import { floatsOf, integersOf } from '../../src/onnx/onnx-tensor-values.js';

const { bfloat16, double, float16, int32, int8, uint8 } = onnxTypes;

describe('the elements of a tensor', () => {
  const floats: readonly [string, number, ArrayBufferView][] = [
    ['doubles', double, Float64Array.of(1.5, -2)],
    ['halves', float16, Uint16Array.of(0x3e00, 0xc000)],
    ['bfloat16', bfloat16, Uint16Array.of(0x3fc0, 0xc000)],
  ];
  for (const [what, type, content] of floats) {
    it(`are read as floats from ${what}`, () =>
      assert.deepEqual(floatsOf(makeTensor('t', type, [2], content)), Float32Array.of(1.5, -2)));
  }

  it('are copied only if they are not aligned', () => {
    const values = Float32Array.of(1, 2, 3);
    assert.equal(floatsOf(floatTensor('t', [3], values))?.buffer, values.buffer);
    const shifted = new Uint8Array(13);
    shifted.set(new Uint8Array(values.buffer), 1);
    assert.deepEqual(floatsOf(makeTensor('t', onnxTypes.float, [3], shifted.subarray(1))), values);
  });

  it('are read as integers of any size', () => {
    assert.deepEqual(integersOf(int64Tensor('t', [-1, 2n ** 40n])), [-1, 2 ** 40]);
    assert.deepEqual(integersOf(makeTensor('t', int32, [2], Int32Array.of(-1, 7))), [-1, 7]);
    assert.deepEqual(integersOf(makeTensor('t', int8, [2], Int8Array.of(-1, 7))), [-1, 7]);
    assert.deepEqual(integersOf(makeTensor('t', uint8, [2], Uint8Array.of(255, 7))), [255, 7]);
  });

  it('are undefined for other types and without content', () => {
    const { rawData: _, ...empty } = floatTensor('t', [1], [1]);
    assert.deepEqual([floatsOf(int64Tensor('t', [1])), integersOf(floatTensor('t', [1], [1]))], [undefined, undefined]);
    assert.deepEqual([floatsOf(empty), integersOf(empty)], [undefined, undefined]);
  });
});
