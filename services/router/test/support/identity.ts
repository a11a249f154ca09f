// Makes a worker return its inputs as outputs, with input x as output y.

import {
  decodeInferResponse,
  encodeInferResponse,
  joinSlices,
  scanInferRequest,
  type Payload,
  type RawTensor,
} from '@pareto/protocol';
import { isDataType } from '@pareto/core';
import { replyTo, type FakeWorker, type Received } from './fake-worker.js';

function identityOf(received: Received): Payload {
  const { inputs, raw } = scanInferRequest(received.payload);
  const answer = decodeInferResponse(joinSlices(replyTo(received).slices));
  const outputs = inputs.map(({ name, datatype, shape }, i): RawTensor => {
    if (!isDataType(datatype)) throw new Error(datatype);
    return { name: name === 'x' ? 'y' : name, datatype, shape, raw: joinSlices(raw[i] ?? []) };
  });
  return encodeInferResponse({ ...answer, outputs }, false);
}

export function answersWithInputs(worker: FakeWorker | undefined): void {
  if (worker === undefined) throw new Error('expected a worker');
  worker.onInfer = async (received) => identityOf(received);
}
