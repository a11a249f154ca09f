import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeInferRequest, hasAllFields, payloadOf, scanInferRequest } from '../../src/index.js';

const tensors = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 4 });
const field = Buffer.from([0x0a, 2, 0x61, 0x62]);

describe('the first bytes of a request', () => {
  it('have all fields only if the rest continues the last tensor', () => {
    fc.assert(
      fc.property(tensors, fc.boolean(), fc.boolean(), (sizes, isLast, isFirst) => {
        const request = encodeInferRequest({
          ...{ modelName: 'digits', id: 'q1', parameters: [['latency_ms', 100]] },
          inputs: sizes.map((bytes) => ({
            name: 'x',
            datatype: 'UINT8',
            shape: [bytes],
            raw: Buffer.alloc(bytes, 58),
          })),
        });
        const message = Buffer.concat(
          [isFirst ? field : [], request, isLast ? field : []].map((part) => Buffer.from(part)),
        );
        const { raw: _, head: __, ...whole } = scanInferRequest(payloadOf(message));
        for (let bytes = 0; bytes < message.length; bytes++) {
          const head = message.subarray(0, bytes);
          if (!hasAllFields(head, message.length)) continue;
          assert.ok(!isLast && bytes >= message.length - (sizes.at(-1) ?? 0), `${bytes} bytes of ${message.length}`);
          const { raw: ___, head: ____, ...early } = scanInferRequest({ length: message.length, head, frames: [head] });
          assert.deepEqual(early, whole);
        }
      }),
      { seed: 18, numRuns: 100 },
    );
  });
});
