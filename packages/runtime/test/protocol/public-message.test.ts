import assert from 'node:assert/strict';
import { publicMessage } from '../../src/protocol/public-message.js';

describe('publicMessage', () => {
  const texts: readonly (readonly [received: string, shown: string])[] = [
    ['Load model from /cache/m-1/model.onnx failed', 'Load model from …/m-1/model.onnx failed'],
    [
      "running Reshape node. Name:'/features/0/Reshape' /onnxruntime_src/onnxruntime/core/cpu/reshape_helper.h:45 false",
      "running Reshape node. Name:'/features/0/Reshape' reshape_helper.h:45 false",
    ],
    [
      'Failed to load /opt/node_modules/onnxruntime-node/bin/libonnxruntime_providers_cuda.so with error: libcublas.so.12',
      'Failed to load libonnxruntime_providers_cuda.so with error: libcublas.so.12',
    ],
  ];
  for (const [received, shown] of texts)
    it(`shortens ${JSON.stringify(received.slice(0, 40))}`, () =>
      assert.equal(publicMessage(received, ['/cache/m-1']), shown));
});
