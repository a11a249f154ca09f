// Endpoint for POST …/infer: converts JSON or binary tensors into a ModelInferRequest, and the answer back.

import { ParetoError } from '@pareto/core';
import { encodePiecewiseRequest, joinSlices, type Payload } from '@pareto/protocol';
import type { Endpoint, Exchange } from './exchange.js';
import { readRawInfer } from './raw-infer.js';
import { tensorsTooLarge } from '../json/data-from-json.js';
import { preview } from '../json/json-shape.js';
import type { BinaryOptions } from '../infer/read-infer.js';
import { headerLengthKey } from '../infer/write-infer.js';

export const infer: Endpoint = async (exchange) => {
  const { call, protocol, work, hold } = exchange;
  const { message, binary } = await readMessage(exchange);
  const reply = await protocol.infer(message, call);
  hold(reply.length);
  return work.write(joinSlices(reply.slices), binary, call);
};

interface InferMessage {
  /** Encoded ModelInferRequest. */
  readonly message: Payload;
  readonly binary: BinaryOptions;
}

/** Reads and converts the body, of which only binary tensors are kept while the query is served. */
async function readMessage(exchange: Exchange): Promise<InferMessage> {
  const { call, work, maxMessageBytes: maxBytes, model, version } = exchange;
  const body = await exchange.body('modelInfer');
  const headerLength = readHeaderLength(exchange, body.length);
  const { request, binary } = await (headerLength === 0
    ? readRawInfer(exchange, body)
    : work.read(body, { headerLength, maxBytes }, call));
  const message = encodePiecewiseRequest({ ...request, modelName: model, modelVersion: version });
  if (message.length > maxBytes) throw tensorsTooLarge(maxBytes);
  return { message, binary };
}

/** Returns the length of the JSON in the body. 0 means that the body is a single tensor without JSON. */
function readHeaderLength({ headers }: Exchange, length: number): number {
  const text = headers[headerLengthKey];
  if (text === undefined) {
    if (length > 0) return length;
    throw new ParetoError('invalid-argument', 'the body is empty: expected JSON, e.g. {"inputs": […]}');
  }
  const value = Number(text);
  if (typeof text === 'string' && /^\d+$/.test(text) && value <= length) return value;
  throw new ParetoError(
    'invalid-argument',
    `Inference-Header-Content-Length is ${preview(text)}: expected the length of the JSON at the start of the body, which has ${length} bytes`,
  );
}
