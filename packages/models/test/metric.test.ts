import assert from 'node:assert/strict';
import type { DataType } from '@pareto/core';
import { accuracyOf, metricOf, toNumbers, type Tensor } from '../src/index.js';

const tensor = (datatype: DataType, dims: readonly number[], data: ArrayBufferView): Tensor => ({
  datatype,
  dims,
  data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});
const labels = (...values: readonly bigint[]): Tensor => tensor('INT64', [values.length], BigInt64Array.from(values));
const scores = (dims: readonly number[], ...values: readonly number[]): Tensor =>
  tensor('FP32', dims, Float32Array.from(values));

describe('top1', () => {
  const score = (output: Tensor, given: Tensor) => metricOf('top1').score(output, given);

  it('counts where the largest score is the label', () => {
    assert.deepEqual(score(scores([3, 2], 0.1, 0.9, 3, -1, 0, 1), labels(1n, 0n, 0n)), { hits: 2, samples: 3 });
  });

  it('takes an answer with a value that is not a number for wrong', () => {
    assert.deepEqual(score(scores([1, 2], Number.NaN, 1), labels(1n)), { hits: 0, samples: 1 });
  });

  it('compares classes directly when the model gives them', () => {
    assert.deepEqual(score(tensor('INT64', [2], BigInt64Array.of(7n, 3n)), labels(7n, 4n)), { hits: 1, samples: 2 });
  });

  it('refuses shapes that do not fit', () => {
    assert.throws(() => score(scores([2, 2], 1, 2, 3, 4), labels(1n)), /got \[2, 2\] and \[1\]/);
  });

  it('has an interval', () => {
    const accuracy = accuracyOf('top1', { hits: 985, samples: 1000 });
    assert.equal(accuracy.value, 0.985);
    assert.ok(accuracy.lower95 > 0.97 && accuracy.upper95 < 0.995);
    assert.equal(accuracyOf('top1', { hits: 0, samples: 0 }).upper95, 1);
  });
});

describe('toNumbers', () => {
  const cases: readonly [DataType, ArrayBufferView, readonly number[]][] = [
    ['INT64', BigInt64Array.of(-1n, 5n, -(2n ** 40n)), [-1, 5, -(2 ** 40)]],
    ['UINT64', BigUint64Array.of(2n ** 40n + 3n), [2 ** 40 + 3]],
    ['FP16', Uint16Array.of(0x3c00, 0xc000, 0x7c00, 0x0001), [1, -2, Infinity, 2 ** -24]],
    ['INT8', Int8Array.of(-3), [-3]],
    ['BOOL', Uint8Array.of(1, 0), [1, 0]],
    ['FP64', Float64Array.of(0.1), [0.1]],
  ];
  for (const [datatype, data, expected] of cases) {
    it(`reads ${datatype}`, () => {
      assert.deepEqual(Array.from(toNumbers(tensor(datatype, [expected.length], data))), expected);
    });
  }

  it('reads what is not aligned', () => {
    const bytes = Buffer.concat([Buffer.alloc(1), Buffer.from(Float32Array.of(1.5).buffer)]);
    assert.deepEqual(Array.from(toNumbers({ datatype: 'FP32', dims: [1], data: bytes.subarray(1) })), [1.5]);
  });
});
