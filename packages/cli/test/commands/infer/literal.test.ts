import assert from 'node:assert/strict';
import type { DataType } from '@pareto/core';
import { literalInput } from '../../../src/commands/infer/literal.js';
import { readTexts, formatTensor } from '../../../src/commands/infer/tensor-values.js';
import { readNumbers } from '../../../src/commands/infer/tensor-values.js';

describe('literalInput', () => {
  const read = (datatype: DataType, shape: readonly number[], text: string) =>
    literalInput({ name: 'x', datatype, shape }, text);
  const numbers = (...args: Parameters<typeof read>): [number[], number[]] => {
    const tensor = read(...args);
    return [tensor.shape, [...(readNumbers(tensor) ?? [])]];
  };

  it('fits values to the shape of the model', () => {
    assert.deepEqual(numbers('FP32', [-1, 4], '1,2,3,4'), [
      [1, 4],
      [1, 2, 3, 4],
    ]);
    assert.deepEqual(numbers('FP32', [-1, 2], '1, 2, 3, 4'), [
      [2, 2],
      [1, 2, 3, 4],
    ]);
    assert.deepEqual(numbers('INT64', [-1, -1], '5,-6'), [
      [1, 2],
      [5, -6],
    ]);
    assert.deepEqual(numbers('FP16', [2], '0.5,1'), [[2], [0.5, 1]]);
    assert.deepEqual(numbers('INT32', [-1, 2, 1], '[[3],[4]]'), [
      [1, 2, 1],
      [3, 4],
    ]);
    assert.deepEqual(numbers('BOOL', [-1, 2], 'true,false'), [
      [1, 2],
      [1, 0],
    ]);
    assert.deepEqual(numbers('UINT8', [1], '7'), [[1], [7]]);
  });

  it('reads text for an input of BYTES', () => {
    const one = read('BYTES', [-1, 1], 'hello, world');
    assert.deepEqual([one.shape, readTexts(one)], [[1, 1], ['hello, world']]);
    assert.deepEqual(readTexts(read('BYTES', [-1, 2], '["a","ü"]')), ['a', 'ü']);
  });

  it('rejects invalid values with the expected form', () => {
    assert.throws(() => read('FP32', [-1, 4], '1,2,3'), /has the shape \[3\], expected FP32\[-1, 4\]/);
    assert.throws(() => read('FP32', [-1], 'abc'), /"abc" is not a value of FP32: expected numbers such as 1,2,3/);
    assert.throws(() => read('UINT8', [-1], '256'), /256 is not a value of UINT8/);
    assert.throws(() => read('INT32', [-1], '1.5'), /1.5 is not a value of INT32/);
    assert.throws(() => read('FP32', [-1, 2], '[[1,2],[3]]'), /different lengths/);
    assert.throws(() => read('FP32', [-1, 2], '[[1,2'), /is not valid JSON/);
  });
});

describe('formatTensor', () => {
  it('formats classes with label and score', () => {
    const contents = Buffer.concat(
      ['11.5:7:seven', '1.25:9'].flatMap((text) => [Buffer.from([text.length, 0, 0, 0]), Buffer.from(text)]),
    );
    const text = formatTensor({ name: 'scores', datatype: 'BYTES', shape: [1, 2], contents });
    assert.deepEqual(text.split('\n'), ['scores BYTES[1,2]', '  seven (class 7)  11.5', '  class 9  1.25']);
  });
});
