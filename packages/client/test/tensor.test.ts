import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tensor } from '../src/index.js';
import { fromRaw, toRaw } from '../src/tensor.js';

describe('a tensor', () => {
  it('accepts numbers, big integers, booleans and text', () => {
    assert.deepEqual(tensor('FP32', [2], [1, 2.5]).data, Float32Array.of(1, 2.5));
    assert.deepEqual(tensor('INT64', [2], [1, 2n ** 60n]).data, BigInt64Array.of(1n, 2n ** 60n));
    assert.deepEqual(tensor('BOOL', [1, 2], [true, false]).data, Uint8Array.of(1, 0));
    assert.deepEqual(tensor('BYTES', [1], ['ü']).data, [Buffer.from('ü')]);
    assert.deepEqual(tensor('FP32', [], [7]).data, Float32Array.of(7));
  });

  it('uses an array of its own type without a copy', () => {
    const data = Float32Array.of(1, 2, 3);
    assert.equal(tensor('FP32', [3], data).data, data);
    assert.deepEqual(toRaw(tensor('FP32', [2], data.subarray(1))), Buffer.from(Float32Array.of(2, 3).buffer));
  });

  it('rejects a number of values that does not match the shape', () => {
    assert.throws(() => tensor('FP32', [2, 2], [1, 2, 3]), {
      code: 'invalid-argument',
      message: 'a tensor of FP32 [2, 2] has 4 elements: received 3 values',
    });
  });

  it('is preserved by the wire format at any offset of a message', () => {
    const kinds = ['FP32', 'FP64', 'INT8', 'UINT16', 'INT32', 'FP16'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(fc.integer({ min: 0, max: 127 })),
        fc.nat(7),
        (kind, values, at) => {
          const sent = tensor(kind, [values.length], values);
          const message = Buffer.concat([Buffer.alloc(at), toRaw(sent)]);
          assert.deepEqual(fromRaw(kind, [values.length], message.subarray(at)), sent);
        },
      ),
    );
    const words = tensor('BYTES', [3], ['a', '', 'ü\0']);
    assert.deepEqual(Array.from(fromRaw('BYTES', [3], toRaw(words)).data, String), words.data.map(String));
  });

  it('rejects raw bytes that do not match the shape', () => {
    assert.throws(() => fromRaw('FP32', [2], Buffer.alloc(4)), { code: 'internal' });
  });
});
