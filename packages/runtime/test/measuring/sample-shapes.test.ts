import assert from 'node:assert/strict';
import { elementCount, type DataType, type Signature } from '@pareto/core';
import { sampleInputs } from '../../src/measuring/sample-inputs.js';
import { sampleShapes } from '../../src/measuring/sample-shapes.js';

const signature = (batched: boolean, ...inputs: readonly (readonly [DataType, readonly number[]])[]): Signature => ({
  inputs: inputs.map(([datatype, dims], at) => ({ name: `x${at}`, datatype, dims })),
  outputs: [],
  batched,
});

describe('sizes of dynamic dimensions', () => {
  it('are empty without dynamic dimensions', () => {
    assert.deepEqual(sampleShapes(signature(true, ['FP32', [3, 4]])), [{}]);
  });

  it('start with those of images, texts and single values', () => {
    const first = (batched: boolean, ...inputs: Parameters<typeof signature>[1][]): unknown =>
      Object.values(sampleShapes(signature(batched, ...inputs))[0] ?? {});
    assert.deepEqual(first(true, ['FP32', [3, -1, -1]], ['UINT8', [-1, -1, 3]]), [
      [3, 224, 224],
      [224, 224, 3],
    ]);
    assert.deepEqual(first(true, ['INT64', [-1]], ['INT64', [-1]]), [[16], [16]]);
    assert.deepEqual(first(true, ['FP32', [-1, 80]], ['BYTES', [-1]]), [[1, 80], [1]]);
    assert.deepEqual(first(false, ['FP32', [-1, 3, -1, -1]]), [[1, 3, 224, 224]], 'the first dimension may be a batch');
  });

  it('are distinct, and include those of an audio model with a state input', () => {
    const shapes = sampleShapes(signature(false, ['FP32', [-1, -1]], ['FP32', [2, -1, 128]], ['INT64', []]));
    assert.ok(shapes.some(({ x0, x1 }) => String(x0) === '1,512' && String(x1) === '2,1,128'));
    assert.equal(new Set(shapes.map((one) => JSON.stringify(one))).size, shapes.length);
    assert.ok(
      shapes.every((one) => one['x2'] === undefined),
      'a scalar has no dynamic dimension',
    );
  });
});

describe('synthetic inputs', () => {
  const types = [
    'BOOL',
    'UINT8',
    'INT8',
    'UINT16',
    'INT16',
    'UINT32',
    'INT32',
    'UINT64',
    'INT64',
    'FP16',
    'FP32',
    'FP64',
  ] as const;
  it('have the number of bytes of their shape, for every data type', () => {
    const inputs = sampleInputs(signature(true, ...types.map((type) => [type, [2, -1]] as const), ['BYTES', [2]]), 3);
    const sizes = [1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8, 4];
    for (const [at, { shape, data }] of inputs.entries()) {
      assert.equal(shape[0], 3);
      assert.equal(data[0]?.byteLength, elementCount(shape) * (sizes[at] ?? 0));
    }
  });

  it('have the measured shapes if they are known', () => {
    const [input] = sampleInputs(signature(true, ['FP32', [-1]]), 2, { x0: [7] });
    assert.deepEqual(input?.shape, [2, 7]);
  });
});
