import assert from 'node:assert/strict';
import type { DataType } from '@pareto/core';
import { toNumbers } from '../../src/index.js';
import { tensor } from '../support/tensors.js';

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

  it('reads data that is not aligned', () => {
    const bytes = Buffer.concat([Buffer.alloc(1), Buffer.from(Float32Array.of(1.5).buffer)]);
    assert.deepEqual(Array.from(toNumbers({ datatype: 'FP32', data: bytes.subarray(1) })), [1.5]);
  });
});
