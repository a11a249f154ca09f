// Makes a worker return its inputs as outputs, with input x as output y.

import { decodeInferResponse, encodeInferResponse, scanInferRequest, type RawTensor } from '@pareto/rpc';
import { isDataType } from '@pareto/core';
import { replyTo, type FakeWorker, type Received } from './fake-worker.js';

function identityOf(received: Received): Buffer {
  const { inputs, raw } = scanInferRequest(received.body);
  const answer = decodeInferResponse(replyTo(received));
  const outputs = inputs.map(({ name, datatype, shape }, i): RawTensor => {
    if (!isDataType(datatype)) throw new Error(datatype);
    return { name: name === 'x' ? 'y' : name, datatype, shape, raw: raw[i] ?? Buffer.alloc(0) };
  });
  return encodeInferResponse({ ...answer, outputs }, false);
}

export function answersWithInputs(worker: FakeWorker | undefined): void {
  if (worker === undefined) throw new Error('expected a worker');
  worker.onInfer = async (received) => identityOf(received);
}
